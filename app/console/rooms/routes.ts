import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { reachOf } from '../../kernel/permissions.ts';
import type { GuestLinks } from '../../rooms/guest-link.ts';
import type { Invitations } from '../../rooms/invitations.ts';
import { momentInWords, zoneInWords } from '../../rooms/moment.ts';
import { hoursInWords } from '../../rooms/opening-words.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { ListedRoom } from '../../rooms/store.ts';
import { sendCsv } from '../csv.ts';
import { tableView } from '../table.ts';
import { invitationPages } from './invitation-pages.ts';
import { invitationsTable } from './invitations-table.ts';
import { type InRoom, roomOf } from './invited.ts';
import { roomForms } from './room-forms.ts';
import { recordList, recordView } from './room-view.ts';
import { linkPath, mayMake, roomPath, roomsTable, standing, titleOf } from './rooms-table.ts';

export interface RoomPagesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly rooms: Rooms;
  readonly invitations: Invitations;
  readonly guestLinks: GuestLinks;
  /** `media.participants_per_room` */
  readonly participantsPerRoom: number;
  /** IANA name that new rooms and invitations begin with. */
  readonly timeZone: string;
  /** The address that calendars name as who invites: the site's own, as a host's is nobody's business. */
  readonly organizerEmail: string;
  /** How many people are in the meeting of a room; where nobody says, the page is silent about it. */
  readonly liveCount?: (slug: string) => number;
}

/** Rooms in the console: the list, one room's page, and through it who is invited. */
export const roomPages = fp<RoomPagesOptions>(
  async (app, options) => {
    const { database, clock, participantsPerRoom, liveCount } = options;
    const tables = {
      own: roomsTable(options, 'own'),
      organisation: roomsTable(options, 'organisation'),
      all: roomsTable(options, 'all'),
    };
    const tableOf = (request: FastifyRequest) => tables[request.scope('rooms.read').kind];

    app.get('/console/rooms', { config: { access: 'rooms.read' } }, async (request, reply) => {
      const table = await tableView(request, tableOf(request));
      await recordList(request);
      return reply.consolePage('console/rooms/views/rooms.hbs', {
        title: titleOf(request.t, request.scope('rooms.read').kind),
        section: 'rooms',
        table,
        mayMake: mayMake(request),
      });
    });

    app.get(
      '/console/rooms.csv',
      { config: { access: 'rooms.read', needsConfirmation: true } },
      async (request, reply) => {
        const scope = request.scope('rooms.read');
        return sendCsv(request, reply, tableOf(request), {
          action: 'rooms.exported',
          organisationId: scope.kind === 'organisation' ? scope.organisationId : null,
        });
      },
    );

    app.get<InRoom>('/console/rooms/:id', { config: { access: 'rooms.read' } }, async (request, reply) => {
      const { t, language, signedIn } = request;
      const room = await roomOf(database, request, 'rooms.read');
      await recordView(request, room);
      const path = roomPath(room);
      const count = liveCount?.(room.slug) ?? null;
      return reply.consolePage('console/rooms/views/room.hbs', {
        title: room.name,
        section: 'rooms',
        listTitle: titleOf(t, request.scope('rooms.read').kind),
        path,
        enterPath: linkPath(room),
        link: request.ownUrl(linkPath(room)),
        standing: standing(room, clock(), t),
        live: count === null ? null : t('rooms.liveCount', { count }),
        access: t(`rooms.accesses.${room.access}`),
        waiting: waitingWords(request, room),
        hours:
          room.openingHours === null
            ? [t('rooms.hoursAlways')]
            : [
                ...hoursInWords(room.openingHours, language, t),
                t('rooms.hoursZone', { zone: zoneInWords(clock(), room.timeZone, language) }),
              ],
        expires: room.expiresAt === null ? null : momentInWords(room.expiresAt, room.timeZone, language),
        most: room.maxParticipants ?? participantsPerRoom,
        host: room.hostName ?? t('rooms.nobody'),
        organisation: room.organisationName,
        isOwn: room.personId === signedIn.id,
        table: await tableView(request, invitationsTable(options, room, language)),
        mayWrite: reachOf(signedIn.role, 'rooms.write') !== null,
      });
    });

    await app.register(roomForms, options);
    await app.register(invitationPages, options);
  },
  { name: 'room-pages', dependencies: ['console-frame'] },
);

function waitingWords({ t }: FastifyRequest, { hasLobby, needsHost }: ListedRoom): string[] {
  const words = [...(hasLobby ? [t('rooms.hasLobby')] : []), ...(needsHost ? [t('rooms.needsHost')] : [])];
  return words.length > 0 ? words : [t('rooms.nobodyWaits')];
}
