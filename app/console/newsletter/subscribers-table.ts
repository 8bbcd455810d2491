import type { Translate } from '../../kernel/i18n.ts';
import { subscriptions as category } from '../../privacy/newsletter/data-categories.ts';
import type { SubscriptionRow } from '../../privacy/newsletter/subscription-rows.ts';
import { isSubscribed, type Subscriptions } from '../../privacy/newsletter/subscriptions.ts';
import type { Cell, Table } from '../table.ts';

function standing(row: SubscriptionRow, t: Translate): Cell {
  if (isSubscribed(row)) return { text: t('newsletters.subscribed'), tone: 'good' };
  return row.confirmed_at === null
    ? { text: t('newsletters.unconfirmed'), tone: 'warning' }
    : { text: t('newsletters.ended'), tone: 'quiet' };
}

/** Who asked for the newsletter. */
export function subscribersTable(subscriptions: Subscriptions): Table<SubscriptionRow> {
  return {
    name: 'subscribers',
    caption: (t) => t('newsletters.subscribers'),
    columns: [
      {
        name: 'email',
        heading: (t) => t('contact.email'),
        cell: ({ id, email }) => ({ text: email, href: `/console/newsletter/subscribers/${id}/end` }),
        sort: { column: 'subscriptions.email', value: ({ email }) => email },
        category,
      },
      { name: 'state', heading: (t) => t('contacts.state'), cell: standing, category },
      {
        name: 'language',
        heading: (t) => t('people.language'),
        cell: ({ language }) => ({ text: language }),
        category,
      },
      {
        name: 'asked',
        heading: (t) => t('newsletters.asked'),
        cell: (row) => ({ at: row.asked_at }),
        sort: { column: 'subscriptions.asked_at', value: (row) => row.asked_at },
        category,
      },
      {
        name: 'confirmed',
        heading: (t) => t('newsletters.confirmedAt'),
        cell: (row) => ({ at: row.confirmed_at }),
        category,
      },
      {
        name: 'ended',
        heading: (t) => t('newsletters.endedAt'),
        cell: (row) => ({ at: row.ended_at }),
        category,
      },
    ],
    defaultSort: '-asked',
    list: (_request, query) => subscriptions.list(query),
    empty: (t) => ({
      heading: t('newsletters.empty.heading'),
      text: t('newsletters.empty.text'),
      action: null,
    }),
    csv: { path: () => '/console/newsletter/subscribers.csv' },
  };
}
