import type { FastifyRequest } from 'fastify';
import type { ListQuery } from '../../database/keyset.ts';
import { searchWords, sortName } from '../../kernel/search-words.ts';
import type { Table } from '../table.ts';
import { nameOf, reachable } from './live-view.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  readonly participants: number;
  readonly waiting: number;
  readonly isLocked: boolean;
}

/** Meetings that go on now. They are in memory, and few: sorted and searched here, in the table's own terms. */
export const meetingsTable: Table<Row> = {
  name: 'meetings',
  caption: (t) => t('meetings.title'),
  columns: [
    {
      name: 'name',
      heading: (t) => t('meetings.room'),
      cell: ({ id, name }) => ({ text: name, href: `/console/meetings/${id}` }),
      sort: { column: 'name', value: ({ name }) => sortName(name) },
    },
    {
      name: 'started',
      heading: (t) => t('meetings.since'),
      cell: ({ startedAt }) => ({ at: startedAt }),
      sort: { column: 'started', value: ({ startedAt }) => startedAt },
    },
    {
      name: 'participants',
      heading: (t) => t('meetings.participants'),
      cell: ({ participants }) => ({ text: String(participants) }),
      sort: { column: 'participants', value: ({ participants }) => participants },
    },
    {
      name: 'waiting',
      heading: (t) => t('meetings.waiting'),
      cell: ({ waiting }) => ({ text: String(waiting), ...(waiting > 0 && { tone: 'warning' as const }) }),
      sort: { column: 'waiting', value: ({ waiting }) => waiting },
    },
    {
      name: 'state',
      heading: (t) => t('meetings.state'),
      cell: ({ isLocked }, t) =>
        isLocked ? { text: t('meetings.locked'), tone: 'quiet' } : { text: t('meetings.open'), tone: 'good' },
    },
  ],
  defaultSort: '-started',
  search: (t) => t('meetings.search'),
  list: async (request, query) => page(rowsOf(request), query),
  empty: (t) => ({ heading: t('meetings.empty.heading'), text: t('meetings.empty.text'), action: null }),
  csv: { path: () => '/console/meetings.csv' },
};

function rowsOf(request: FastifyRequest): Row[] {
  return reachable(request.server.meetings.all, request.scope('meetings.read')).map((meeting) => ({
    id: meeting.id,
    name: nameOf(request, meeting),
    startedAt: meeting.startedAt,
    participants: meeting.participants.size,
    waiting: meeting.lobby.size,
    isLocked: meeting.isLocked,
  }));
}

function page(
  rows: readonly Row[],
  { words, page: { column, direction, from, isBackwards, limit } }: ListQuery,
): Row[] {
  const keyOf = (row: Row) =>
    meetingsTable.columns.find(({ name }) => name === column)?.sort?.value(row) ?? '';
  const sign = (direction === 'asc') === isBackwards ? -1 : 1;
  const order = (one: string | number, other: string | number) =>
    one < other ? -sign : one > other ? sign : 0;
  return rows
    .filter(({ name }) => {
      const own = searchWords(name);
      return words.every((word) => own.some((each) => each.startsWith(word)));
    })
    .filter((row) => from === null || (order(keyOf(row), from.value) || order(row.id, from.id)) > 0)
    .sort((one, other) => order(keyOf(one), keyOf(other)) || order(one.id, other.id))
    .slice(0, limit);
}
