import type { FastifyRequest } from 'fastify';
import { choiceField, type Field, textField } from '../../edge/form-fields.ts';
import { languages } from '../../kernel/languages.ts';
import type { Invitation } from '../../rooms/invitation.ts';
import {
  GUEST_NAME_LIMIT,
  type InvitationFaults,
  LONGEST_DURATION_MINUTES,
  usualEnd,
} from '../../rooms/invitation-fields.ts';
import { localOf } from '../../rooms/moment.ts';
import type { Room } from '../../rooms/room.ts';
import { type TypedText, timeZoneField } from './room-form.ts';

/** What the form of a new invitation begins with. */
export function typedOfNew(request: FastifyRequest, room: Room, now: number): TypedText {
  return {
    language: request.language,
    when: 'appointment',
    duration: '30',
    time_zone: room.timeZone,
    until: usualEnd(now, room.timeZone),
  };
}

/** An invitation's time as its form shows it. */
export function typedTimeOf({ appointment, expiresAt }: Invitation, room: Room, now: number): TypedText {
  if (appointment === null) {
    // It ends with that day, which is the first moment of the next one.
    const until = localOf(expiresAt - 1, room.timeZone).slice(0, 'yyyy-mm-dd'.length);
    return { when: 'any_time', until, duration: '30', time_zone: room.timeZone };
  }
  const { startsAt, durationMinutes, timeZone } = appointment;
  return {
    when: 'appointment',
    starts: localOf(startsAt, timeZone),
    duration: String(durationMinutes),
    time_zone: timeZone,
    until: usualEnd(now, room.timeZone),
  };
}

type Sentences = Readonly<Record<string, string>>;

export function sentencesOf({ t }: FastifyRequest, faults: InvitationFaults): Sentences {
  return Object.fromEntries(
    Object.entries(faults).map(([field, fault]) => [
      field,
      t(`rooms.faults.${fault}`, { most: LONGEST_DURATION_MINUTES }),
    ]),
  );
}

export function guestFields({ t }: FastifyRequest, typed: TypedText, faults: Sentences): Field[] {
  return [
    textField({
      name: 'name',
      label: t('rooms.guestName'),
      hint: t('rooms.guestNameHint'),
      value: typed.name ?? '',
      maxLength: GUEST_NAME_LIMIT,
      error: faults.name,
      isRequired: true,
    }),
    textField({
      name: 'email',
      label: t('rooms.guestEmail'),
      hint: t('rooms.guestEmailHint'),
      value: typed.email ?? '',
      type: 'email',
      maxLength: 254,
      error: faults.email,
    }),
    choiceField({
      name: 'language',
      label: t('rooms.guestLanguage'),
      value: typed.language ?? '',
      error: faults.language,
      options: languages.map((code) => ({ value: code, label: t(`layout.languageNames.${code}`) })),
    }),
  ];
}

export function whenField({ t }: FastifyRequest, typed: TypedText, faults: Sentences): Field {
  return choiceField({
    name: 'when',
    label: t('rooms.when'),
    value: typed.when ?? '',
    error: faults.when,
    options: [
      { value: 'appointment', label: t('rooms.whenAppointment') },
      { value: 'any_time', label: t('rooms.whenAnyTime') },
    ],
  });
}

export function appointmentFields({ t }: FastifyRequest, typed: TypedText, faults: Sentences): Field[] {
  return [
    textField({
      name: 'starts',
      label: t('rooms.startsAt'),
      value: typed.starts ?? '',
      type: 'datetime-local',
      error: faults.starts,
    }),
    textField({
      name: 'duration',
      label: t('rooms.duration'),
      value: typed.duration ?? '',
      type: 'number',
      min: 5,
      max: LONGEST_DURATION_MINUTES,
      error: faults.duration,
    }),
    timeZoneField(t, typed.time_zone ?? '', faults.time_zone),
  ];
}

export function untilField({ t }: FastifyRequest, typed: TypedText, faults: Sentences): Field {
  return textField({
    name: 'until',
    label: t('rooms.until'),
    hint: t('rooms.untilHint'),
    value: typed.until ?? '',
    type: 'date',
    error: faults.until,
  });
}
