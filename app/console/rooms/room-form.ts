import type { FastifyReply, FastifyRequest } from 'fastify';
import { choiceField, textField, tickField } from '../../edge/form-fields.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { localOf } from '../../rooms/moment.ts';
import { type RoomChoices, roomAccesses, roomKinds } from '../../rooms/room.ts';
import { NAME_LIMIT } from '../../rooms/room-fields.ts';
import type { ListedRoom } from '../../rooms/store.ts';
import { timeZones } from '../../rooms/time-zones.ts';
import { hourRows, typedHours, usualHours } from '../weekly-hours.ts';

export type TypedText = Readonly<Record<string, string>>;
export type FaultTexts = Readonly<Record<string, string>>;

export interface RoomFormPage {
  readonly title: string;
  readonly back: { readonly href: string; readonly text: string };
  readonly submit: string;
  readonly typed: TypedText;
  /** Sentences by field. */
  readonly faults: FaultTexts;
  /** What is wrong with the whole. */
  readonly fault: string | null;
  /** Of the room that is changed; null for a new one, whose address can be chosen. */
  readonly room: Pick<ListedRoom, 'slug' | 'version'> | null;
  /** Whether it can be somebody else's. */
  readonly hasHost: boolean;
  readonly participantsPerRoom: number;
}

/** What the form of a new room begins with: nobody comes in unseen. */
export function typedOfNew(timeZone: string): TypedText {
  return {
    kind: 'permanent',
    access: 'anyone',
    has_lobby: 'yes',
    hours: 'always',
    time_zone: timeZone,
    ...usualHours,
  };
}

/** A room as its form shows it. */
export function typedOf(room: RoomChoices, hostEmail: string | null): TypedText {
  const { openingHours, timeZone, expiresAt, maxParticipants } = room;
  return {
    ...(openingHours === null && typedOfNew(timeZone)),
    name: room.name,
    kind: room.kind,
    access: room.access,
    has_lobby: room.hasLobby ? 'yes' : '',
    needs_host: room.needsHost ? 'yes' : '',
    time_zone: timeZone,
    hours: openingHours === null ? 'always' : 'weekly',
    max_participants: maxParticipants === null ? '' : String(maxParticipants),
    expires: expiresAt === null ? '' : localOf(expiresAt, timeZone),
    host: hostEmail ?? '',
    ...typedHours(openingHours),
  };
}

/** Answers the form; with status 400, or 409, once something is wrong in it. */
export function sendRoomForm(
  request: FastifyRequest,
  reply: FastifyReply,
  page: RoomFormPage,
): Promise<FastifyReply> {
  const { t } = request;
  const { typed, faults, room } = page;
  const isWrong = Object.keys(faults).length > 0;
  if (page.fault !== null) reply.code(409);
  else if (isWrong) reply.code(400);
  return reply.consolePage('console/rooms/views/room-form.hbs', {
    title: page.title,
    section: 'rooms',
    back: page.back,
    submit: page.submit,
    fault: page.fault ?? (isWrong ? t('console.form.wrong') : null),
    version: room === null ? '' : String(room.version),
    address: room === null ? null : request.ownUrl(`/r/${room.slug}`),
    fields: { ...identity(t, page), ...entry(t, page), ...time(t, page) },
    hasHost: page.hasHost,
    days: hourRows(t, typed, faults),
  });
}

function identity(t: Translate, { typed, faults, room, hasHost }: RoomFormPage) {
  return {
    name: textField({
      name: 'name',
      label: t('rooms.name'),
      value: typed.name ?? '',
      maxLength: NAME_LIMIT,
      error: faults.name,
      isRequired: true,
    }),
    slug:
      room === null
        ? textField({
            name: 'slug',
            label: t('rooms.slug'),
            hint: t('rooms.slugHint'),
            value: typed.slug ?? '',
            maxLength: 64,
            error: faults.slug,
          })
        : null,
    host: hasHost
      ? textField({
          name: 'host',
          label: t('rooms.hostAddress'),
          hint: t('rooms.hostHint'),
          value: typed.host ?? '',
          type: 'email',
          maxLength: 254,
          error: faults.host,
        })
      : null,
  };
}

function entry(t: Translate, { typed, faults, participantsPerRoom }: RoomFormPage) {
  return {
    access: choiceField({
      name: 'access',
      label: t('rooms.access.label'),
      hint: t('rooms.access.hint'),
      value: typed.access ?? '',
      error: faults.access,
      options: roomAccesses.map((value) => ({ value, label: t(`rooms.accesses.${value}`) })),
    }),
    hasLobby: tickField({
      name: 'has_lobby',
      label: t('rooms.hasLobby'),
      hint: t('rooms.hasLobbyHint'),
      isTicked: typed.has_lobby === 'yes',
    }),
    needsHost: tickField({
      name: 'needs_host',
      label: t('rooms.needsHost'),
      hint: t('rooms.needsHostHint'),
      isTicked: typed.needs_host === 'yes',
    }),
    maxParticipants: textField({
      name: 'max_participants',
      label: t('rooms.maxParticipants'),
      hint: t('rooms.maxParticipantsHint', { most: participantsPerRoom }),
      value: typed.max_participants ?? '',
      type: 'number',
      min: 2,
      max: participantsPerRoom,
      error: faults.max_participants,
    }),
  };
}

function time(t: Translate, { typed, faults }: RoomFormPage) {
  return {
    kind: choiceField({
      name: 'kind',
      label: t('rooms.kind'),
      value: typed.kind ?? '',
      error: faults.kind,
      options: roomKinds.map((value) => ({ value, label: t(`rooms.kinds.${value}`) })),
    }),
    expires: textField({
      name: 'expires',
      label: t('rooms.expires'),
      hint: t('rooms.expiresHint'),
      value: typed.expires ?? '',
      type: 'datetime-local',
      error: faults.expires,
    }),
    timeZone: timeZoneField(t, typed.time_zone ?? '', faults.time_zone),
    hours: choiceField({
      name: 'hours',
      label: t('rooms.hours'),
      value: typed.hours ?? '',
      error: faults.hours,
      options: [
        { value: 'always', label: t('rooms.hoursAlways') },
        { value: 'weekly', label: t('rooms.hoursWeekly') },
      ],
    }),
  };
}

/** Every zone by its name; one that is chosen already and has another name now is kept. */
export function timeZoneField(t: Translate, value: string, error: string | undefined) {
  const listed = timeZones.includes(value) || value === '' ? timeZones : [value, ...timeZones];
  return choiceField({
    name: 'time_zone',
    label: t('rooms.timeZone'),
    value,
    error,
    options: listed.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
  });
}
