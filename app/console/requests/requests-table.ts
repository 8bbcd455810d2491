import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { requests as category } from '../../privacy/requests/data-categories.ts';
import { daysLeft } from '../../privacy/requests/deadline.ts';
import type { RequestRow } from '../../privacy/requests/request-rows.ts';
import { list } from '../../privacy/requests/store.ts';
import type { Table, Tone } from '../table.ts';

/** How a request stands: its state in a word, with the days that are left. */
export function standingOf(
  row: RequestRow,
  now: number,
): { readonly tone: Tone; readonly text: string; readonly days: number } {
  const days = daysLeft(row.due_at, now);
  if (row.state !== 'open') return { tone: 'quiet', text: row.state, days };
  if (days < 0) return { tone: 'bad', text: 'late', days: -days };
  return { tone: days <= 7 ? 'warning' : 'good', text: 'open', days };
}

/** The list of requests, those that end first at its head. */
export function requestsTable({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): Table<RequestRow> {
  return {
    name: 'requests',
    caption: (t) => t('requests.title'),
    columns: [
      {
        name: 'number',
        heading: (t) => t('requests.number'),
        cell: (row, t) => ({
          text: t('requests.numbered', { number: row.number }),
          href: `/console/requests/${row.id}`,
        }),
      },
      {
        name: 'kind',
        heading: (t) => t('requests.kind'),
        cell: (row, t) => ({ text: t(`requests.kinds.${row.kind}`) }),
      },
      {
        name: 'from',
        heading: (t) => t('requests.from'),
        cell: (row) => ({ text: row.name ?? row.email ?? '–' }),
        category,
      },
      {
        name: 'received',
        heading: (t) => t('requests.received'),
        cell: (row) => ({ at: row.received_at, isDay: true }),
        sort: { column: 'requests.received_at', value: (row) => row.received_at },
      },
      {
        name: 'due',
        heading: (t) => t('requests.due'),
        cell: (row) => ({ at: row.due_at, isDay: true }),
        sort: { column: 'requests.due_at', value: (row) => row.due_at },
      },
      {
        name: 'state',
        heading: (t) => t('requests.state'),
        cell: (row, t) => {
          const { tone, text, days } = standingOf(row, clock());
          return { tone, text: t(`requests.states.${text}`, { days }) };
        },
      },
    ],
    defaultSort: 'due',
    filters: [
      {
        name: 'state',
        label: (t) => t('requests.state'),
        options: (t) => [
          { value: 'open', label: t('requests.onlyOpen') },
          { value: 'closed', label: t('requests.onlyClosed') },
        ],
      },
    ],
    list: (_request, query) => list(database, query),
    empty: (t) => ({
      heading: t('requests.empty'),
      text: t('requests.emptyText'),
      action: { text: t('requests.new'), href: '/console/requests/new' },
    }),
  };
}
