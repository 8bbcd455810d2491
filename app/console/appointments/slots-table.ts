import type { FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import { type ListedSlot, listSlots } from '../../clinic/appointments/slots/slot-list.ts';
import { type AreaName, cliniciansOf } from '../../clinic/appointments/store.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { shortMoment } from '../../rooms/moment.ts';
import type { Cell, Table } from '../table.ts';
import { type AppointmentConsoleOptions, pathOf, reachOf } from './asked-appointment.ts';
import { slotPathOf, slotsPath } from './asked-slot.ts';

/** Days that can be chosen, from today on. */
const DAYS = 60;

/** Whether a time is free, and why not. */
export function slotCell({ state, appointment }: ListedSlot, t: Translate) {
  const shown = appointment === null ? state : 'taken';
  return {
    text: t(`appointments.slots.states.${shown}`),
    tone: shown === 'free' ? 'good' : 'quiet',
  } as const;
}

/** Who sees patients in these areas, once each. */
export async function cliniciansWithin(
  { database }: Pick<AppointmentConsoleOptions, 'database'>,
  areas: readonly AreaName[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const all = await Promise.all(areas.map(({ id }) => cliniciansOf(database, id)));
  return [...new Map(all.flat().map((each) => [each.id, each])).values()];
}

/** Times of the areas that somebody works in, free or taken, by the clocks of each area. */
export function slotsTable(
  { database, clock }: AppointmentConsoleOptions,
  {
    areas,
    clinicians,
  }: {
    readonly areas: readonly AreaName[];
    readonly clinicians: readonly { readonly id: string; readonly name: string }[];
  },
  language: Language,
): Table<ListedSlot> {
  const dayIn = (day: string, area: AreaName | undefined) =>
    DateTime.fromISO(day, { zone: area?.timeZone ?? areas[0]?.timeZone ?? 'UTC' });
  const today = DateTime.fromMillis(clock(), { zone: areas[0]?.timeZone ?? 'UTC' }).startOf('day');
  const days = Array.from({ length: DAYS }, (_, index) => today.plus({ days: index }));
  return {
    name: 'slots',
    caption: (t) => t('appointments.slots.title'),
    columns: [
      {
        name: 'starts',
        heading: (t) => t('appointments.when'),
        cell: (row) => ({ text: shortMoment(row.startsAt, row.timeZone, language), href: slotPathOf(row) }),
        sort: { column: 'slots.starts_at', value: (row) => row.startsAt },
      },
      {
        name: 'duration',
        heading: (t) => t('appointments.duration'),
        cell: (row) => ({ text: String(Math.round((row.endsAt - row.startsAt) / 60_000)) }),
      },
      { name: 'area', heading: (t) => t('appointments.area'), cell: (row) => ({ text: row.areaName }) },
      {
        name: 'clinician',
        heading: (t) => t('appointments.clinician'),
        cell: (row, t) => ({ text: row.clinicianName ?? t('appointments.anybody') }),
      },
      { name: 'state', heading: (t) => t('appointments.state'), cell: (row, t): Cell => slotCell(row, t) },
      {
        name: 'patient',
        heading: (t) => t('appointments.patient'),
        cell: ({ appointment }) =>
          appointment === null ? { text: '–' } : { text: appointment.patientName, href: pathOf(appointment) },
      },
    ],
    defaultSort: 'starts',
    filters: [
      {
        name: 'from',
        label: (t) => t('appointments.from'),
        options: (t) => [{ value: 'coming', label: t('appointments.periods.coming') }],
      },
      {
        name: 'day',
        label: (t) => t('appointments.slots.day'),
        options: () =>
          days.map((day) => ({
            value: day.toISODate() ?? '',
            label: day
              .setLocale(language === 'en' ? 'en-GB' : 'fr-FR')
              .toLocaleString({ weekday: 'short', day: 'numeric', month: 'short' }),
          })),
      },
      {
        name: 'area',
        label: (t) => t('appointments.area'),
        options: () => areas.map(({ id, name }) => ({ value: id, label: name })),
      },
      {
        name: 'clinician',
        label: (t) => t('appointments.clinician'),
        options: () => clinicians.map(({ id, name }) => ({ value: id, label: name })),
      },
      {
        name: 'state',
        label: (t) => t('appointments.state'),
        options: (t) =>
          (['free', 'taken'] as const).map((state) => ({
            value: state,
            label: t(`appointments.slots.states.${state}`),
          })),
      },
    ],
    list: (request: FastifyRequest, { filters: { from, day, ...filters }, ...query }) => {
      const period: Record<string, string> = {};
      if (from === 'coming') period.from = String(clock());
      if (day !== undefined) {
        const chosen = dayIn(
          day,
          areas.find(({ id }) => id === filters.area),
        );
        const begins = chosen.toMillis();
        period.from = String(from === 'coming' ? Math.max(begins, clock()) : begins);
        period.before = String(chosen.plus({ days: 1 }).toMillis());
      }
      return listSlots(database, reachOf(request, 'appointments.read'), {
        ...query,
        filters: { ...filters, ...period },
      });
    },
    empty: (t) =>
      areas.length === 0
        ? { heading: t('appointments.noArea.heading'), text: t('appointments.noArea.text'), action: null }
        : {
            heading: t('appointments.slots.empty.heading'),
            text: t('appointments.slots.empty.text'),
            action: { text: t('appointments.slots.new'), href: `${slotsPath}/new` },
          },
  };
}
