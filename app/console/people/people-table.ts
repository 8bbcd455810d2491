import type { FastifyRequest } from 'fastify';
import { account, signIns } from '../../identity/data-categories.ts';
import type { People } from '../../identity/people.ts';
import type { ListedPerson } from '../../identity/people-store.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { roles } from '../../kernel/roles.ts';
import type { State, Table } from '../table.ts';

/** Whether somebody can sign in, as a sign, a colour and a word. */
export function standing(person: ListedPerson, t: Translate): State {
  if (person.status === 'blocked') return { text: t('people.blocked'), tone: 'bad' };
  if (person.organisation_status === 'ended') return { text: t('people.organisationEnded'), tone: 'quiet' };
  return { text: t('people.active'), tone: 'good' };
}

export interface PeopleTableOptions {
  readonly people: People;
  /** Of one organisation alone; null for everybody within reach. */
  readonly organisationOf: (request: FastifyRequest) => string | null;
  readonly csvPath: (request: FastifyRequest) => string;
  /** False where all are of one organisation. */
  readonly namesOrganisation: boolean;
}

export function peopleTable({
  people,
  organisationOf,
  csvPath,
  namesOrganisation,
}: PeopleTableOptions): Table<ListedPerson> {
  return {
    name: 'people',
    caption: (t) => t('people.title'),
    columns: [
      {
        name: 'name',
        heading: (t) => t('people.name'),
        cell: ({ id, name }) => ({ text: name, href: `/console/people/${id}` }),
        sort: { column: 'people.sort_name', value: (person) => person.sort_name },
        category: account,
      },
      {
        name: 'email',
        heading: (t) => t('people.email'),
        cell: ({ email }) => ({ text: email }),
        sort: { column: 'people.email', value: (person) => person.email },
        category: account,
      },
      {
        name: 'organisation',
        heading: (t) => t('people.organisation'),
        cell: (person) => ({
          text: person.organisation_name,
          href: `/console/organisations/${person.organisation_id}`,
        }),
        category: account,
        isHidden: !namesOrganisation,
      },
      {
        name: 'role',
        heading: (t) => t('people.role'),
        cell: ({ role }, t) => ({ text: t(`roles.${role}`) }),
        category: account,
      },
      { name: 'status', heading: (t) => t('people.status'), cell: standing, category: account },
      {
        name: 'language',
        heading: (t) => t('people.language'),
        cell: ({ language }) => ({ text: language }),
        category: account,
        isHidden: true,
      },
      {
        name: 'made',
        heading: (t) => t('people.made'),
        cell: (person) => ({ at: person.created_at }),
        sort: { column: 'people.created_at', value: (person) => person.created_at },
        category: account,
      },
      {
        name: 'signed_in',
        heading: (t) => t('people.signedIn'),
        cell: (person) => ({ at: person.signed_in_at }),
        category: signIns,
      },
    ],
    defaultSort: 'name',
    search: (t) => t('people.search'),
    filters: [
      {
        name: 'role',
        label: (t) => t('people.role'),
        options: (t) => roles.map((role) => ({ value: role, label: t(`roles.${role}`) })),
      },
      {
        name: 'status',
        label: (t) => t('people.status'),
        options: (t) => [
          { value: 'active', label: t('people.active') },
          { value: 'blocked', label: t('people.blocked') },
        ],
      },
    ],
    list: (request, query) => people.list(request.scope('people.read'), query, organisationOf(request)),
    empty: (t, request) => ({
      heading: t('people.empty.heading'),
      text: t('people.empty.text'),
      action:
        reachOf(request.signedIn.role, 'people.write') === null
          ? null
          : { text: t('people.import.title'), href: importPath(organisationOf(request)) },
    }),
    csv: { path: csvPath },
  };
}

const query = (organisationId: string | null) =>
  organisationId === null ? '' : `?organisation=${encodeURIComponent(organisationId)}`;

export const importPath = (organisationId: string | null) => `/console/people/import${query(organisationId)}`;
export const newPersonPath = (organisationId: string | null) => `/console/people/new${query(organisationId)}`;
