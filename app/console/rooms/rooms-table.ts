import type { FastifyRequest } from 'fastify';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { reachOf, type Scope } from '../../kernel/permissions.ts';
import { openingAt } from '../../rooms/opening-hours.ts';
import type { Room } from '../../rooms/room.ts';
import { type ListedRoom, listRooms } from '../../rooms/store.ts';
import type { Cell, Column, Table } from '../table.ts';

/** Whether a room lets people in now, as a sign, a colour and a word. */
export function standing(room: Room, now: number, t: Translate): Cell {
  if (room.expiresAt !== null && now >= room.expiresAt)
    return { text: t('rooms.standing.expired'), tone: 'quiet' };
  const isOpen = room.openingHours === null || openingAt(room.openingHours, room.timeZone, now).isOpen;
  return isOpen
    ? { text: t('rooms.standing.open'), tone: 'good' }
    : { text: t('rooms.standing.closed'), tone: 'warning' };
}

export const roomPath = ({ id }: { readonly id: string }): string => `/console/rooms/${id}`;
export const linkPath = ({ slug }: { readonly slug: string }): string => `/r/${slug}`;

export interface RoomsTableOptions {
  readonly database: Database;
  readonly clock: Clock;
}

/** The rooms that somebody reaches: whose they are stands in it where these may be others'. */
export function roomsTable({ database, clock }: RoomsTableOptions, reach: Scope['kind']): Table<ListedRoom> {
  const name: Column<ListedRoom> = {
    name: 'name',
    heading: (t) => t('rooms.name'),
    cell: (room) => ({ text: room.name, href: roomPath(room) }),
    sort: { column: 'rooms.sort_name', value: (room) => room.sortName },
  };
  const host: Column<ListedRoom> = {
    name: 'host',
    heading: (t) => t('rooms.host'),
    cell: ({ hostName }, t) => ({ text: hostName ?? t('rooms.nobody') }),
  };
  const organisation: Column<ListedRoom> = {
    name: 'organisation',
    heading: (t) => t('rooms.organisation'),
    cell: ({ organisationName }) => ({ text: organisationName }),
  };
  const rest: readonly Column<ListedRoom>[] = [
    {
      name: 'standing',
      heading: (t) => t('rooms.standing.heading'),
      cell: (room, t) => standing(room, clock(), t),
    },
    {
      name: 'access',
      heading: (t) => t('rooms.access.label'),
      cell: ({ access }, t) => ({ text: t(`rooms.accessShort.${access}`) }),
    },
    {
      name: 'lobby',
      heading: (t) => t('rooms.hasLobbyShort'),
      cell: ({ hasLobby }, t) => ({ text: hasLobby ? t('rooms.yes') : t('rooms.no') }),
    },
    {
      name: 'made',
      heading: (t) => t('rooms.made'),
      cell: (room) => ({ at: room.createdAt }),
      sort: { column: 'rooms.created_at', value: (room) => room.createdAt },
    },
    {
      name: 'expires',
      heading: (t) => t('rooms.expires'),
      cell: (room) => ({ at: room.expiresAt }),
      isHidden: true,
    },
    {
      name: 'address',
      heading: (t) => t('rooms.slug'),
      cell: (room) => ({ text: linkPath(room) }),
      isHidden: true,
    },
  ];
  return {
    name: 'rooms',
    caption: (t) => titleOf(t, reach),
    columns: [name, ...(reach === 'own' ? [] : [host]), ...(reach === 'all' ? [organisation] : []), ...rest],
    defaultSort: 'name',
    search: (t) => t('rooms.search'),
    list: (request, query) => listRooms(database, request.scope('rooms.read'), query),
    empty: (t, request) => ({
      heading: t('rooms.empty.heading'),
      text: t('rooms.empty.text'),
      action: mayMake(request) ? { text: t('rooms.new'), href: '/console/rooms/new' } : null,
    }),
    csv: { path: () => '/console/rooms.csv' },
  };
}

export const titleOf = (t: Translate, reach: Scope['kind']): string =>
  reach === 'own' ? t('rooms.mine') : t('rooms.title');

export const mayMake = ({ signedIn }: FastifyRequest): boolean =>
  reachOf(signedIn.role, 'rooms.write') !== null;
