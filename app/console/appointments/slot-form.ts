import type { FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import { LONGEST_MINUTES, SHORTEST_MINUTES } from '../../clinic/appointments/appointment.ts';
import { USUAL_MINUTES } from '../../clinic/appointments/appointment-fields.ts';
import { FURTHEST_DAYS } from '../../clinic/appointments/slots/slot-days.ts';
import { MOST_OF_SERIES, type SeriesFaults } from '../../clinic/appointments/slots/slot-series.ts';
import type { AreaName } from '../../clinic/appointments/store.ts';
import { choiceField, textField, tickField } from '../../edge/form-fields.ts';
import { zoneInWords } from '../../rooms/moment.ts';
import { weekdays } from '../../rooms/room-fields.ts';
import type { TypedText } from './appointment-form.ts';

/** What the form of free times begins with: tomorrow, for a week, in the morning of working days. */
export function typedOfNewSeries(timeZone: string, now: number): TypedText {
  const tomorrow = DateTime.fromMillis(now, { zone: timeZone }).plus({ days: 1 });
  return {
    first_day: tomorrow.toISODate() ?? '',
    last_day: tomorrow.plus({ days: 6 }).toISODate() ?? '',
    ...Object.fromEntries(weekdays.slice(0, 5).map((day) => [day, 'yes'])),
    from: '09:00',
    to: '12:00',
    duration: String(USUAL_MINUTES),
  };
}

/** The fields of a series of free times. */
export function seriesFields(
  { t, language }: FastifyRequest,
  {
    area,
    clinicians,
    now,
  }: {
    readonly area: AreaName;
    readonly clinicians: readonly { readonly id: string; readonly name: string }[];
    readonly now: number;
  },
  typed: TypedText,
  faults: SeriesFaults,
) {
  const words = (name: string, key: string) => {
    const fault = faults[name];
    const params = { most: MOST_OF_SERIES, days: FURTHEST_DAYS };
    return {
      name,
      label: t(`appointments.slots.${key}`),
      value: typed[name] ?? '',
      error: fault && t(`appointments.slots.faults.${fault}`, params),
      isRequired: true,
    };
  };
  return {
    clinician: choiceField({
      ...words('clinician', 'clinician'),
      isRequired: false,
      options: [
        { value: '', label: t('appointments.anybody') },
        ...clinicians.map(({ id, name }) => ({ value: id, label: name })),
      ],
    }),
    period: [
      textField({ ...words('first_day', 'firstDay'), type: 'date' }),
      textField({ ...words('last_day', 'lastDay'), type: 'date' }),
    ],
    days: weekdays.map((day) =>
      tickField({ name: day, label: t(`rooms.days.${day}`), isTicked: typed[day] === 'yes' }),
    ),
    daysFault: faults.weekdays === undefined ? null : t('appointments.slots.faults.weekdays'),
    hours: [
      textField({
        ...words('from', 'fromTime'),
        type: 'time',
        hint: t('appointments.startsHint', { zone: zoneInWords(now, area.timeZone, language) }),
      }),
      textField({ ...words('to', 'toTime'), type: 'time' }),
      textField({
        ...words('duration', 'minutes'),
        type: 'number',
        min: SHORTEST_MINUTES,
        max: LONGEST_MINUTES,
      }),
    ],
  };
}
