import { type Standing, standingOf } from '../../clinic/appointments/appointment.ts';
import { type AreaName, type ListedAppointment, listAppointments } from '../../clinic/appointments/store.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { shortMoment } from '../../rooms/moment.ts';
import type { Cell, Table, Tone } from '../table.ts';
import { type AppointmentConsoleOptions, appointmentsPath, pathOf, reachOf } from './asked-appointment.ts';

const tones = {
  coming: 'quiet',
  open: 'good',
  late: 'warning',
  over: 'bad',
  arrived: 'good',
  fulfilled: 'good',
  cancelled: 'quiet',
  noshow: 'bad',
} as const satisfies Record<Standing, Tone>;

/** How an appointment stands now, as a sign, a colour and a word. */
export function standingCell(appointment: ListedAppointment, now: number, t: Translate) {
  const standing = standingOf(appointment, now);
  return { text: t(`appointments.states.${standing}`), tone: tones[standing] };
}

const replyTones = { none: 'quiet', confirmed: 'good', other_time: 'warning', cancelled: 'bad' } as const;

export const replyCell = ({ reply }: ListedAppointment, t: Translate) => ({
  text: t(`appointments.replies.${reply}`),
  tone: replyTones[reply],
});

/** What became of the last letter. */
export function letterCell({ letterState, email }: ListedAppointment, t: Translate) {
  const state = letterState ?? (email === null ? 'none' : 'gone');
  const tone: Tone = state === 'sent' ? 'good' : state === 'given_up' ? 'bad' : 'quiet';
  return { text: t(`appointments.letterStates.${state === 'void' ? 'gone' : state}`), tone };
}

/** Appointments of the areas that somebody works in, those to come first, by the clocks of each area. */
export function appointmentsTable(
  { database, clock }: AppointmentConsoleOptions,
  areas: readonly AreaName[],
  language: Language,
): Table<ListedAppointment> {
  const plain = (cell: Cell) => cell;
  return {
    name: 'appointments',
    caption: (t) => t('appointments.title'),
    columns: [
      {
        name: 'starts',
        heading: (t) => t('appointments.when'),
        cell: (row) => ({ text: shortMoment(row.startsAt, row.timeZone, language), href: pathOf(row) }),
        sort: { column: 'appointments.starts_at', value: (row) => row.startsAt },
      },
      {
        name: 'patient',
        heading: (t) => t('appointments.patient'),
        cell: (row) => ({ text: row.patientName }),
      },
      { name: 'area', heading: (t) => t('appointments.area'), cell: (row) => ({ text: row.areaName }) },
      {
        name: 'clinician',
        heading: (t) => t('appointments.clinician'),
        cell: (row, t) => ({ text: row.clinicianName ?? t('appointments.anybody') }),
      },
      {
        name: 'standing',
        heading: (t) => t('appointments.state'),
        cell: (row, t) => plain(standingCell(row, clock(), t)),
      },
      { name: 'reply', heading: (t) => t('appointments.reply'), cell: (row, t) => plain(replyCell(row, t)) },
    ],
    defaultSort: 'starts',
    filters: [
      {
        name: 'from',
        label: (t) => t('appointments.from'),
        options: (t) => [{ value: 'coming', label: t('appointments.periods.coming') }],
      },
      {
        name: 'area',
        label: (t) => t('appointments.area'),
        options: () => areas.map(({ id, name }) => ({ value: id, label: name })),
      },
      {
        name: 'state',
        label: (t) => t('appointments.state'),
        options: (t) =>
          (['booked', 'arrived', 'fulfilled', 'noshow', 'cancelled'] as const).map((state) => ({
            value: state,
            label: t(`appointments.states.${state}`),
          })),
      },
      {
        name: 'reply',
        label: (t) => t('appointments.reply'),
        options: (t) =>
          (['none', 'confirmed', 'other_time', 'cancelled'] as const).map((reply) => ({
            value: reply,
            label: t(`appointments.replies.${reply}`),
          })),
      },
    ],
    list: (request, { filters: { from, ...filters }, ...query }) =>
      listAppointments(database, reachOf(request, 'appointments.read'), {
        ...query,
        filters: from === 'coming' ? { ...filters, from: String(clock()) } : filters,
      }),
    empty: (t) =>
      areas.length === 0
        ? {
            heading: t('appointments.noArea.heading'),
            text: t('appointments.noArea.text'),
            action: null,
          }
        : {
            heading: t('appointments.empty.heading'),
            text: t('appointments.empty.text'),
            action: { text: t('appointments.new'), href: `${appointmentsPath}/new` },
          },
  };
}
