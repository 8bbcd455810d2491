import { DateTime } from 'luxon';
import { readTypedName } from '../kernel/typed-name.ts';
import { readTypedText } from '../kernel/typed-text.ts';
import { readHours, type Typed } from '../rooms/room-fields.ts';
import { slugOf } from '../rooms/slug.ts';
import { isTimeZone } from '../rooms/time-zones.ts';
import {
  type AreaChoices,
  type AskedFields,
  askings,
  closings,
  MOST_KEEP_DAYS,
  showings,
  visitFields,
} from './area.ts';

export const AREA_NAME_LIMIT = 80;
export const SUPPORT_LIMIT = 200;
export const PLEASE_READ_LIMIT = 4000;
const MOST_CLOSED_DAYS = 366;

/** What can be wrong with a field; the texts are `clinic.faults.<fault>`. */
export type AreaFault =
  | 'name'
  | 'slug_form'
  | 'slug_taken'
  | 'choice'
  | 'time_zone'
  | 'hours_day'
  | 'hours_none'
  | 'closed_days'
  | 'support_contact'
  | 'please_read'
  | 'please_read_both'
  | 'keep_days'
  | 'minutes'
  | 'person_unknown';

/** Faults by the name of the field. */
export type AreaFaults = Readonly<Record<string, AreaFault>>;

/**
 * Reads what was typed of an area. Fields: `name`, `time_zone`, `hours` (`always`, `weekly`) with `monday_from`,
 * `monday_to` …, `closed_days` (one day a line, `2027-01-01`), `support_contact`, `please_read_en`, `please_read_fr`,
 * `ask_<field>` (`no`, `optional`, `required`) and `keep_<field>` (days) of each field that can be asked, `shows`,
 * `shows_number` (`yes`), `minutes_per_visit`, `too_long_minutes`, `letter_minutes` (may be empty), `after_closing`.
 */
export function readAreaChoices(
  typed: Typed,
): { readonly choices: AreaChoices } | { readonly faults: AreaFaults } {
  const faults: Record<string, AreaFault> = {};
  const name = readTypedName(typed.name, AREA_NAME_LIMIT);
  if (name === null || slugOf(name) === null) faults.name = 'name';
  const timeZone =
    typeof typed.time_zone === 'string' && isTimeZone(typed.time_zone) ? typed.time_zone : null;
  if (timeZone === null) faults.time_zone = 'time_zone';
  const hoursFaults: Record<string, 'hours_day' | 'hours_none'> = {};
  const openingHours = readHours(typed, hoursFaults);
  Object.assign(faults, hoursFaults);
  const closedDays = readDays(typed.closed_days);
  if (closedDays === null) faults.closed_days = 'closed_days';
  const supportContact = readTypedText(typed.support_contact ?? '', SUPPORT_LIMIT);
  if (supportContact === null) faults.support_contact = 'support_contact';
  const en = readTypedText(typed.please_read_en ?? '', PLEASE_READ_LIMIT);
  const fr = readTypedText(typed.please_read_fr ?? '', PLEASE_READ_LIMIT);
  if (en === null) faults.please_read_en = 'please_read';
  if (fr === null) faults.please_read_fr = 'please_read';
  // Nobody accepts what they cannot read.
  if (en === '' && fr) faults.please_read_en = 'please_read_both';
  if (fr === '' && en) faults.please_read_fr = 'please_read_both';
  const fields = readAsked(typed, faults);
  const shows = showings.find((each) => each === typed.shows);
  if (shows === undefined) faults.shows = 'choice';
  const afterClosing = closings.find((each) => each === typed.after_closing);
  if (afterClosing === undefined) faults.after_closing = 'choice';
  const minutesPerVisit = readMinutes(typed.minutes_per_visit);
  if (minutesPerVisit === null) faults.minutes_per_visit = 'minutes';
  const tooLongMinutes = readMinutes(typed.too_long_minutes);
  if (tooLongMinutes === null) faults.too_long_minutes = 'minutes';
  const wantsLetter = typed.letter_minutes !== undefined && typed.letter_minutes !== '';
  const letterMinutes = wantsLetter ? readMinutes(typed.letter_minutes) : null;
  if (wantsLetter && letterMinutes === null) faults.letter_minutes = 'minutes';
  if (
    Object.keys(faults).length > 0 ||
    name === null ||
    timeZone === null ||
    closedDays === null ||
    supportContact === null ||
    en === null ||
    fr === null ||
    shows === undefined ||
    afterClosing === undefined ||
    minutesPerVisit === null ||
    tooLongMinutes === null
  )
    return { faults };
  return {
    choices: {
      name,
      timeZone,
      openingHours,
      closedDays,
      supportContact,
      pleaseRead: { en, fr },
      fields,
      shows,
      showsNumber: typed.shows_number === 'yes',
      minutesPerVisit,
      tooLongMinutes,
      letterMinutes,
      afterClosing,
    },
  };
}

/** Reads an address that was typed, as it will stand in links. @returns null for none typed. */
export function readAreaSlug(
  typed: unknown,
): { readonly slug: string | null } | { readonly fault: AreaFault } {
  if (typed === undefined || typed === '') return { slug: null };
  if (typeof typed !== 'string' || slugOf(typed) !== typed || typed === 'back') return { fault: 'slug_form' };
  return { slug: typed };
}

function readDays(typed: unknown): readonly string[] | null {
  if (typed === undefined) return [];
  if (typeof typed !== 'string') return null;
  const days = typed.split(/[\s,;]+/).filter((each) => each !== '');
  const isDay = (each: string) => /^\d{4}-\d{2}-\d{2}$/.test(each) && DateTime.fromISO(each).isValid;
  return days.length <= MOST_CLOSED_DAYS && days.every(isDay) ? [...new Set(days)].sort() : null;
}

function readAsked(typed: Typed, faults: Record<string, AreaFault>): AskedFields {
  const read = visitFields.map((field) => {
    const asked = askings.find((each) => each === (typed[`ask_${field}`] ?? 'no'));
    if (asked === undefined) faults[`ask_${field}`] = 'choice';
    const days = typed[`keep_${field}`] ?? '0';
    const keepDays = typeof days === 'string' && /^\d{1,2}$/.test(days.trim()) ? Number(days) : -1;
    const fits = keepDays >= 0 && keepDays <= MOST_KEEP_DAYS;
    if (!fits) faults[`keep_${field}`] = 'keep_days';
    return [field, { asked: asked ?? 'no', keepDays: fits ? keepDays : 0 }] as const;
  });
  return Object.fromEntries(read) as AskedFields;
}

/** 1 to 600. */
function readMinutes(typed: unknown): number | null {
  const minutes = typeof typed === 'string' && /^\d{1,3}$/.test(typed.trim()) ? Number(typed) : 0;
  return minutes >= 1 && minutes <= 600 ? minutes : null;
}
