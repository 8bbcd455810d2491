import type { Organisations } from '../../identity/organisations.ts';
import type { OrganisationRow } from '../../identity/organisations-store.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { reachOf } from '../../kernel/permissions.ts';
import type { State, Table } from '../table.ts';

/** Whether an organisation's people can sign in. */
export function standing({ status, ends_at }: OrganisationRow, t: Translate): State {
  if (status === 'ended') return { text: t('organisations.ended'), tone: 'quiet' };
  return ends_at === null
    ? { text: t('organisations.active'), tone: 'good' }
    : { text: t('organisations.ending'), tone: 'warning' };
}

export function organisationsTable(organisations: Organisations): Table<OrganisationRow> {
  return {
    name: 'organisations',
    caption: (t) => t('organisations.title'),
    columns: [
      {
        name: 'name',
        heading: (t) => t('organisations.name'),
        cell: ({ id, name }) => ({ text: name, href: `/console/organisations/${id}` }),
        sort: { column: 'organisations.sort_name', value: (row) => row.sort_name },
      },
      { name: 'status', heading: (t) => t('organisations.status'), cell: standing },
      {
        name: 'started',
        heading: (t) => t('organisations.started'),
        cell: (row) => ({ at: row.started_at, isDay: true }),
      },
      {
        name: 'ends',
        heading: (t) => t('organisations.ends'),
        // The end of the last day is the beginning of another.
        cell: (row) => ({ at: lastDay(row), isDay: true }),
      },
      {
        name: 'made',
        heading: (t) => t('organisations.made'),
        cell: (row) => ({ at: row.created_at }),
        sort: { column: 'organisations.created_at', value: (row) => row.created_at },
      },
    ],
    defaultSort: 'name',
    search: (t) => t('organisations.name'),
    filters: [
      {
        name: 'status',
        label: (t) => t('organisations.status'),
        options: (t) => [
          { value: 'active', label: t('organisations.active') },
          { value: 'ended', label: t('organisations.ended') },
        ],
      },
    ],
    list: (request, query) => organisations.list(request.scope('organisations.read'), query),
    empty: (t, request) => ({
      heading: t('organisations.empty.heading'),
      text: t('organisations.empty.text'),
      action:
        reachOf(request.signedIn.role, 'organisations.write') === null
          ? null
          : { text: t('organisations.new'), href: '/console/organisations/new' },
    }),
    csv: { path: () => '/console/organisations.csv' },
  };
}

/** The last instant of a subscription that ended or is to end; null for one that goes on. */
export function lastDay({ ended_at, ends_at }: OrganisationRow): number | null {
  const end = ended_at ?? ends_at;
  return end === null ? null : end - 1;
}
