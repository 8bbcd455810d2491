import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalAttendeeType,
  ICalCalendarMethod,
  ICalEventClass,
  ICalEventStatus,
} from 'ical-generator';
import { DateTime } from 'luxon';
import { tzlib_get_ical_block } from 'timezones-ical-library';
import { MINUTE_MS } from '../kernel/clock.ts';
import type { Language } from '../kernel/languages.ts';
import type { Appointment } from './invitation.ts';

/** Stands for the site's address where it has none: no letter goes out then, and answers lead nowhere (RFC 2606). */
export const NO_ANSWER = 'no-answer@linkello.invalid';

/** What a calendar is told of one person's appointment. */
export interface CalendarEntry {
  /** The same for every letter about it (RFC 5545, section 3.8.4.7). */
  readonly invitationId: string;
  readonly sequence: number;
  readonly appointment: Appointment;
  readonly method: 'request' | 'cancel';
  readonly summary: string;
  readonly description: string;
  /** Where to enter. */
  readonly url: string;
  /** Who asks: the name of a person, with an address that answers may go to. */
  readonly organizer: { readonly name: string; readonly email: string };
  readonly attendee: { readonly name: string; readonly email: string };
  readonly language: Language;
  /** When this is written. */
  readonly now: number;
}

/**
 * An appointment as iCalendar (RFC 5545) for a letter (RFC 6047): a calendar that knows it by its UID takes what has
 * the higher SEQUENCE. Times stand in the appointment's own zone, whose rules come with it. It is `PRIVATE`, as it may
 * be one at a doctor's, and rings no bell: that is for its reader to decide.
 */
export function calendarOf(entry: CalendarEntry): string {
  const isCancelled = entry.method === 'cancel';
  const calendar = ical({
    prodId: { company: 'Linkello', product: 'Linkello', language: entry.language.toUpperCase() },
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
    timezone: zoneRules,
  });
  calendar.createEvent({
    id: `${entry.invitationId}@linkello`,
    sequence: entry.sequence,
    stamp: new Date(entry.now),
    ...timesOf(entry.appointment),
    summary: oneLine(entry.summary),
    description: entry.description.split('\n').map(oneLine).join('\n'),
    location: entry.url,
    url: entry.url,
    class: ICalEventClass.PRIVATE,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    organizer: { name: parameter(entry.organizer.name), email: entry.organizer.email },
    attendees: [
      {
        name: parameter(entry.attendee.name),
        email: entry.attendee.email,
        role: ICalAttendeeRole.REQ,
        status: ICalAttendeeStatus.NEEDSACTION,
        type: ICalAttendeeType.INDIVIDUAL,
        // The organizer's address is the site's: nobody reads answers there.
        rsvp: false,
      },
    ],
  });
  return `${calendar.toString()}\r\n`;
}

/** One appointment of a calendar that others follow. */
export interface FeedEntry {
  readonly id: string;
  readonly sequence: number;
  readonly appointment: Appointment;
  readonly summary: string;
  readonly url: string;
  readonly changedAt: number;
}

/** How often a calendar is to look again, in seconds. */
const FEED_SECONDS = 15 * 60;

/** Appointments as a calendar that others follow by its address (RFC 5546, section 3.2.1), nobody being invited. */
export function feedOf(
  { name, language }: { readonly name: string; readonly language: Language },
  entries: readonly FeedEntry[],
): string {
  const calendar = ical({
    prodId: { company: 'Linkello', product: 'Linkello', language: language.toUpperCase() },
    name: oneLine(name),
    method: ICalCalendarMethod.PUBLISH,
    ttl: FEED_SECONDS,
    timezone: zoneRules,
  });
  for (const entry of entries) {
    calendar.createEvent({
      id: `${entry.id}@linkello`,
      sequence: entry.sequence,
      stamp: new Date(entry.changedAt),
      ...timesOf(entry.appointment),
      summary: oneLine(entry.summary),
      url: entry.url,
      class: ICalEventClass.PRIVATE,
      status: ICalEventStatus.CONFIRMED,
    });
  }
  return `${calendar.toString()}\r\n`;
}

// Without a zone of its own, as that would be DTSTAMP's too, which must be in UTC (RFC 5545, section 3.8.7.2).
const zoneRules = { name: null, generator: (name: string) => rulesOf(name).rules };

/** Beginning and end by the clock of the appointment's zone. */
function timesOf({ startsAt, durationMinutes, timeZone: own }: Appointment) {
  const endsAt = startsAt + durationMinutes * MINUTE_MS;
  const timezone = writtenZone(own, [startsAt, endsAt]);
  const instant = (at: number) => DateTime.fromMillis(at, { zone: timezone ?? 'UTC' });
  return { start: instant(startsAt), end: instant(endsAt), timezone };
}

/**
 * The zone to write instants in; null for UTC. A clock that is put back shows some times twice, and a calendar takes
 * the first of both (RFC 5545, section 3.3.5): such an appointment is written in UTC.
 */
function writtenZone(timeZone: string, instants: readonly number[]): string | null {
  const isClear = instants.every(
    (at) => DateTime.fromMillis(at, { zone: timeZone }).getPossibleOffsets().length === 1,
  );
  return isClear && timeZone !== 'UTC' ? rulesOf(timeZone).name : null;
}

/** A zone's rules as VTIMEZONE, and the name that they stand under: zones that are alike share one. */
function rulesOf(timeZone: string): { readonly rules: string; readonly name: string } {
  const [rules, name] = tzlib_get_ical_block(timeZone);
  if (rules === undefined || name === undefined) throw new TypeError('The time zone has no rules.');
  return { rules, name: name.replace('TZID=', '') };
}

/** A parameter's value cannot hold a quote or a control character, and has no way to escape them (RFC 5545, 3.1). */
function parameter(text: string): string {
  return oneLine(text).replaceAll('"', '’').replaceAll('\\', '/') || '–';
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
