import type { FastifyRequest } from 'fastify';
import type { Area } from '../../clinic/area.ts';
import { openingOf } from '../../clinic/area-opening.ts';
import { type ListedArea, listAreas } from '../../clinic/area-store.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { reachOf, type Scope } from '../../kernel/permissions.ts';
import type { Column, State, Table } from '../table.ts';

export const areaPath = ({ id }: { readonly id: string }): string => `/console/areas/${id}`;
export const doorPath = ({ slug }: { readonly slug: string }): string => `/w/${slug}`;

export const mayMake = ({ signedIn }: FastifyRequest): boolean =>
  reachOf(signedIn.role, 'areas.make') !== null;

/** Whether the door lets patients in now. */
export function standing(area: Area, now: number, t: Translate): State {
  if (area.suspendedAt !== null) return { text: t('areas.standing.suspended'), tone: 'warning' };
  return openingOf(area, now).isOpen
    ? { text: t('areas.standing.open'), tone: 'good' }
    : { text: t('areas.standing.closed'), tone: 'quiet' };
}

/** The areas that somebody reaches: whose they are stands in it where these may be others'. */
export function areasTable(database: Database, clock: Clock, reach: Scope['kind']): Table<ListedArea> {
  const organisation: Column<ListedArea> = {
    name: 'organisation',
    heading: (t) => t('areas.organisation'),
    cell: ({ organisationName }) => ({ text: organisationName }),
  };
  return {
    name: 'areas',
    caption: (t) => t('areas.title'),
    columns: [
      {
        name: 'name',
        heading: (t) => t('areas.name'),
        cell: (area) => ({ text: area.name, href: areaPath(area) }),
        sort: { column: 'areas.sort_name', value: ({ sortName }) => sortName },
      },
      ...(reach === 'all' ? [organisation] : []),
      {
        name: 'standing',
        heading: (t) => t('areas.standing.heading'),
        cell: (area, t) => standing(area, clock(), t),
      },
      {
        name: 'members',
        heading: (t) => t('areas.members'),
        cell: ({ members }) => ({ text: String(members) }),
      },
      {
        name: 'made',
        heading: (t) => t('areas.made'),
        cell: ({ createdAt }) => ({ at: createdAt }),
        sort: { column: 'areas.created_at', value: ({ createdAt }) => createdAt },
      },
    ],
    defaultSort: 'name',
    search: (t) => t('areas.search'),
    list: (request, query) => listAreas(database, request.scope('areas.read'), query),
    empty: (t, request) => ({
      heading: t('areas.empty.heading'),
      text: t('areas.empty.text'),
      action: mayMake(request) ? { text: t('areas.new'), href: '/console/areas/new' } : null,
    }),
  };
}
