import type { OpeningHours } from '../rooms/opening-hours.ts';
import type { Area, AreaChoices, AskedFields, Closing, Showing } from './area.ts';

/** A row of `areas`. */
export interface AreaRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly slug: string;
  readonly name: string;
  readonly sort_name: string;
  readonly time_zone: string;
  readonly opening_hours: string | null;
  readonly closed_days: string;
  readonly support_contact: string;
  readonly please_read_en: string;
  readonly please_read_fr: string;
  readonly fields: string;
  readonly shows: Showing;
  readonly shows_number: 0 | 1;
  readonly minutes_per_visit: number;
  readonly too_long_minutes: number;
  readonly letter_minutes: number | null;
  readonly after_closing: Closing;
  readonly suspended_at: number | null;
  readonly number_day: string;
  readonly last_number: number;
  readonly version: number;
  readonly created_at: number;
}

export function areaOf(row: AreaRow): Area {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    slug: row.slug,
    name: row.name,
    timeZone: row.time_zone,
    openingHours: row.opening_hours === null ? null : (JSON.parse(row.opening_hours) as OpeningHours),
    closedDays: JSON.parse(row.closed_days) as string[],
    supportContact: row.support_contact,
    pleaseRead: { en: row.please_read_en, fr: row.please_read_fr },
    fields: JSON.parse(row.fields) as AskedFields,
    shows: row.shows,
    showsNumber: row.shows_number === 1,
    minutesPerVisit: row.minutes_per_visit,
    tooLongMinutes: row.too_long_minutes,
    letterMinutes: row.letter_minutes,
    afterClosing: row.after_closing,
    suspendedAt: row.suspended_at,
    version: row.version,
    createdAt: row.created_at,
  };
}

/** The columns that people decide. */
export function columnsOf(choices: AreaChoices) {
  return {
    name: choices.name,
    time_zone: choices.timeZone,
    opening_hours: choices.openingHours === null ? null : JSON.stringify(choices.openingHours),
    closed_days: JSON.stringify(choices.closedDays),
    support_contact: choices.supportContact,
    please_read_en: choices.pleaseRead.en,
    please_read_fr: choices.pleaseRead.fr,
    fields: JSON.stringify(choices.fields),
    shows: choices.shows,
    shows_number: Number(choices.showsNumber),
    minutes_per_visit: choices.minutesPerVisit,
    too_long_minutes: choices.tooLongMinutes,
    letter_minutes: choices.letterMinutes,
    after_closing: choices.afterClosing,
  };
}
