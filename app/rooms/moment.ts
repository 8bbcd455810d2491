import { DateTime } from 'luxon';
import { MINUTE_MS } from '../kernel/clock.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import type { Appointment } from './invitation.ts';

/** The locale that dates are written in: English ones day first and by 24 hours, as the appliance is a European. */
const locales = { en: 'en-GB', fr: 'fr-FR' } as const satisfies Record<Language, string>;

/** A day and a time as people say them, by the clock of a zone: `Tuesday 5 January 2027 at 10:00`. */
export function dayAndTime(at: number, timeZone: string, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(at);
}

/** The same for a table: `5 Jan 2027, 10:00`. */
export function shortMoment(at: number, timeZone: string, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(at);
}

/** A day that is near, by the clock of a zone: `Tuesday 5 January`. */
export function dayInWords(at: number, timeZone: string, language: Language): string {
  const form = { weekday: 'long', day: 'numeric', month: 'long', timeZone } as const;
  return new Intl.DateTimeFormat(locales[language], form).format(at);
}

/** `10:30` */
export function timeOfDay(at: number, timeZone: string, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { hour: '2-digit', minute: '2-digit', timeZone }).format(
    at,
  );
}

/** Whether two instants are on the same day by the clock of a zone. */
function isSameDay(one: number, other: number, timeZone: string): boolean {
  const day = (at: number) => DateTime.fromMillis(at, { zone: timeZone }).toISODate();
  return day(one) === day(other);
}

/** What a zone is called, and how far it is from UTC at an instant: `Central European Time, UTC+1`. */
export function zoneInWords(at: number, timeZone: string, language: Language): string {
  if (/^(?:Etc\/)?(?:UTC|UCT|GMT|Zulu|Universal|Greenwich)$/.test(timeZone)) return 'UTC';
  const name = (timeZoneName: 'longGeneric' | 'shortOffset') =>
    new Intl.DateTimeFormat(locales[language], { timeZone, timeZoneName })
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  return `${name('longGeneric')}, ${name('shortOffset').replace('GMT', 'UTC')}`;
}

/** An instant in full: `Tuesday 5 January 2027 at 10:00 (Central European Time, UTC+1)`. */
export function momentInWords(at: number, timeZone: string, language: Language): string {
  return `${dayAndTime(at, timeZone, language)} (${zoneInWords(at, timeZone, language)})`;
}

/** From when to when somebody is expected: `Tuesday 5 January 2027, 10:00 to 10:30 (Central European Time, UTC+1)`. */
export function appointmentInWords(
  { startsAt, durationMinutes, timeZone }: Appointment,
  language: Language,
  t: Translate,
): string {
  const endsAt = startsAt + durationMinutes * MINUTE_MS;
  const zone = zoneInWords(startsAt, timeZone, language);
  if (!isSameDay(startsAt, endsAt, timeZone)) {
    const [from, to] = [startsAt, endsAt].map((at) => dayAndTime(at, timeZone, language));
    return t('rooms.fromDayToDay', { from: from ?? '', to: to ?? '', zone });
  }
  return t('rooms.fromTimeToTime', {
    day: new Intl.DateTimeFormat(locales[language], {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone,
    }).format(startsAt),
    from: timeOfDay(startsAt, timeZone, language),
    to: timeOfDay(endsAt, timeZone, language),
    zone,
  });
}

const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/**
 * The instant at which the clocks of a zone show what was typed, as browsers write it: `2027-01-05T10:00`. Where they
 * show it twice, as they are put back, it is the first time.
 *
 * @returns null for what is no time, or one that is left out as clocks are put forward.
 */
export function instantOf(local: string, timeZone: string): number | null {
  if (!LOCAL.test(local)) return null;
  const shown = DateTime.fromISO(local, { zone: timeZone });
  if (!shown.isValid || shown.toFormat(LOCAL_FORMAT) !== local) return null;
  return Math.min(...shown.getPossibleOffsets().map((each) => each.toMillis()));
}

/** What the clocks of a zone show, as browsers write it. */
export function localOf(at: number, timeZone: string): string {
  return DateTime.fromMillis(at, { zone: timeZone }).toFormat(LOCAL_FORMAT);
}

const LOCAL_FORMAT = "yyyy-MM-dd'T'HH:mm";
