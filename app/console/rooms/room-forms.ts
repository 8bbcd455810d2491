import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { readForm } from '../../edge/form-fields.ts';
import { readAddress } from '../../identity/person-fields.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Invitations } from '../../rooms/invitations.ts';
import { type RoomFaults, readRoomChanges, readSlug } from '../../rooms/room-fields.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { ListedRoom } from '../../rooms/store.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { type InRoom, roomOf } from './invited.ts';
import { letterheadOf } from './letterhead.ts';
import { type FaultTexts, sendRoomForm, type TypedText, typedOf, typedOfNew } from './room-form.ts';
import { recordView } from './room-view.ts';
import { roomPath, titleOf } from './rooms-table.ts';

export interface RoomFormsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly rooms: Rooms;
  readonly invitations: Invitations;
  /** `media.participants_per_room` */
  readonly participantsPerRoom: number;
  /** IANA name that new rooms begin with. */
  readonly timeZone: string;
  readonly organizerEmail: string;
}

const writing = { config: { access: 'rooms.write' } } as const;

/** The forms that make, change and delete a room. */
export const roomForms = fp<RoomFormsOptions>(
  async (app, { database, clock, rooms, invitations, participantsPerRoom, timeZone, organizerEmail }) => {
    const find = (request: FastifyRequest<InRoom>) => roomOf(database, request, 'rooms.write');

    const sendNew = (request: FastifyRequest, reply: FastifyReply, typed: TypedText, faults: RoomFaults) => {
      const { t } = request;
      const { kind } = request.scope('rooms.write');
      return sendRoomForm(request, reply, {
        title: t('rooms.new'),
        back: { href: '/console/rooms', text: titleOf(t, kind) },
        submit: t('rooms.make'),
        typed,
        faults: faultTexts(request, faults, participantsPerRoom),
        fault: null,
        room: null,
        hasHost: kind !== 'own',
        participantsPerRoom,
      });
    };

    app.get('/console/rooms/new', writing, async (request, reply) =>
      sendNew(request, reply, typedOfNew(timeZone), {}),
    );

    app.post('/console/rooms/new', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const scope = request.scope('rooms.write');
      const needsLobby = request.site.edition === 'med';
      const limits = { now: clock(), participantsPerRoom, expiresAt: null, needsLobby };
      const read = readRoomChanges(typed, limits);
      const slug = readSlug(typed.slug);
      const host = readHost(typed.host);
      const faults: RoomFaults = {
        ...('faults' in read && read.faults),
        ...('fault' in slug && { slug: slug.fault }),
        ...(host === 'wrong' && { host: 'host_unknown' }),
      };
      if ('faults' in read || 'fault' in slug || host === 'wrong')
        return sendNew(request, reply, typed, faults);
      const made = await rooms.make(
        request.actor,
        { person: request.signedIn, scope },
        { changes: read.changes, slug: slug.slug, hostEmail: host },
      );
      if ('faults' in made) return sendNew(request, reply, typed, made.faults);
      return reply.redirect(withDone(roomPath(made.room), 'room_made'), 303);
    });

    const sendEdit = async (
      request: FastifyRequest,
      reply: FastifyReply,
      room: ListedRoom,
      {
        typed,
        faults = {},
        fault = null,
      }: { readonly typed: TypedText; readonly faults?: RoomFaults; readonly fault?: AppError | null },
    ) => {
      await recordView(request, room);
      return sendRoomForm(request, reply, {
        title: request.t('rooms.editTitle', { name: room.name }),
        back: { href: roomPath(room), text: room.name },
        submit: request.t('console.form.save'),
        typed,
        faults: faultTexts(request, faults, participantsPerRoom),
        fault: fault && sentenceOf(request, fault),
        // As it was read when the form was made: what changed since then is not written over.
        room: { slug: room.slug, version: versionOf(typed) ?? room.version },
        hasHost: request.scope('rooms.write').kind !== 'own',
        participantsPerRoom,
      });
    };

    app.get<InRoom>('/console/rooms/:id/edit', writing, async (request, reply) => {
      const room = await find(request);
      return sendEdit(request, reply, room, { typed: typedOf(room, room.hostEmail) });
    });

    app.post<InRoom>('/console/rooms/:id/edit', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const room = await find(request);
      const version = versionOf(typed);
      if (version === null) throw new AppError('invalid_input');
      const needsLobby = request.site.edition === 'med';
      const limits = { now: clock(), participantsPerRoom, expiresAt: room.expiresAt, needsLobby };
      const read = readRoomChanges(typed, limits);
      const host = readHost(typed.host);
      if ('faults' in read || host === 'wrong') {
        const faults: RoomFaults = {
          ...('faults' in read && read.faults),
          ...(host === 'wrong' && { host: 'host_unknown' }),
        };
        return sendEdit(request, reply, room, { typed, faults });
      }
      let faults: RoomFaults = {};
      const fault = await faultOf(async () => {
        const changed = await rooms.change(
          request.actor,
          request.scope('rooms.write'),
          { id: room.id, version },
          { changes: read.changes, hostEmail: host === room.hostEmail ? null : host },
        );
        if ('faults' in changed) faults = changed.faults;
      }, ['changed_meanwhile']);
      if (fault !== null) return sendEdit(request, reply, room, { typed, fault });
      if (Object.keys(faults).length > 0) return sendEdit(request, reply, room, { typed, faults });
      return reply.redirect(withDone(roomPath(room), 'room_changed'), 303);
    });

    app.get<InRoom>('/console/rooms/:id/delete', writing, async (request, reply) => {
      const { t } = request;
      const room = await find(request);
      return sendFormPage(reply, {
        title: t('rooms.deleteTitle', { name: room.name }),
        section: 'rooms',
        back: { href: roomPath(room), text: room.name },
        words: [t('rooms.deleteText'), t('rooms.deleteLetters')],
        fields: [],
        submit: t('rooms.delete'),
        isDangerous: true,
      });
    });

    app.post<InRoom>('/console/rooms/:id/delete', writing, async (request, reply) => {
      const { actor } = request;
      const scope = request.scope('rooms.write');
      const head = letterheadOf(request, organizerEmail);
      await rooms.remove(actor, scope, request.params.id, (transaction, room) =>
        invitations.cancelAll(transaction, { actor, scope, head }, room),
      );
      return reply.redirect(withDone('/console/rooms', 'room_deleted'), 303);
    });
  },
  { name: 'room-forms', dependencies: ['console-frame'] },
);

/** Whose it is to be: null for nobody named. */
function readHost(typed: string | undefined): string | null | 'wrong' {
  if (typed === undefined || typed.trim() === '') return null;
  return readAddress(typed) ?? 'wrong';
}

function versionOf({ version }: TypedText): number | null {
  return version !== undefined && /^\d{1,9}$/.test(version) ? Number(version) : null;
}

function faultTexts({ t }: FastifyRequest, faults: RoomFaults, most: number): FaultTexts {
  return Object.fromEntries(
    Object.entries(faults).map(([field, fault]) => [field, t(`rooms.faults.${fault}`, { most })]),
  );
}
