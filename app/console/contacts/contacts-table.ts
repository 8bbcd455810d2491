import type { Database } from '../../database/open.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { ContactRow } from '../../privacy/contact/contact-rows.ts';
import { contacts } from '../../privacy/contact/data-categories.ts';
import { listContacts } from '../../privacy/contact/store.ts';
import type { Cell, Table } from '../table.ts';

/** Whether somebody took care of it, as a sign, a colour and a word. */
export function standing({ handled_at: at }: ContactRow, t: Translate): Cell {
  return at === null
    ? { text: t('contacts.open'), tone: 'warning' }
    : { text: t('contacts.handled'), tone: 'good' };
}

/** What came by the contact form. */
export function contactsTable(database: Database, isFormOn: boolean): Table<ContactRow> {
  return {
    name: 'contacts',
    caption: (t) => t('contacts.title'),
    columns: [
      {
        name: 'name',
        heading: (t) => t('contact.name'),
        cell: ({ id, name }) => ({ text: name, href: `/console/contacts/${id}` }),
        sort: { column: 'contacts.sort_name', value: (row) => row.sort_name },
        category: contacts,
      },
      {
        name: 'company',
        heading: (t) => t('contact.company'),
        cell: ({ company }) => ({ text: company || '–' }),
        plain: ({ company }) => company,
        category: contacts,
      },
      {
        name: 'email',
        heading: (t) => t('contact.email'),
        cell: ({ email }) => ({ text: email }),
        category: contacts,
      },
      {
        name: 'phone',
        heading: (t) => t('contact.phone'),
        cell: ({ phone }) => ({ text: phone || '–' }),
        plain: ({ phone }) => phone,
        category: contacts,
      },
      {
        name: 'message',
        heading: (t) => t('contact.message'),
        cell: ({ message }) => ({ text: message }),
        category: contacts,
        isHidden: true,
      },
      {
        name: 'language',
        heading: (t) => t('people.language'),
        cell: ({ language }) => ({ text: language }),
        category: contacts,
        isHidden: true,
      },
      { name: 'state', heading: (t) => t('contacts.state'), cell: standing, category: contacts },
      {
        name: 'received',
        heading: (t) => t('contacts.received'),
        cell: (row) => ({ at: row.created_at }),
        sort: { column: 'contacts.created_at', value: (row) => row.created_at },
        category: contacts,
      },
    ],
    defaultSort: '-received',
    search: (t) => t('contacts.search'),
    filters: [
      {
        name: 'state',
        label: (t) => t('contacts.state'),
        options: (t) => [
          { value: 'open', label: t('contacts.open') },
          { value: 'handled', label: t('contacts.handled') },
        ],
      },
    ],
    list: (_request, query) => listContacts(database, query),
    empty: (t) => ({
      heading: t('contacts.empty.heading'),
      text: isFormOn ? t('contacts.empty.text') : t('contacts.empty.off'),
      action: null,
    }),
    csv: { path: () => '/console/contacts.csv' },
  };
}
