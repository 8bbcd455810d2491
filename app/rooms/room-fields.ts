import { readTypedName } from '../kernel/typed-name.ts';
import { instantOf } from './moment.ts';
import { DAYS_A_WEEK, type OpeningHours, type Period } from './opening-hours.ts';
import { type RoomChoices, type RoomKind, roomAccesses, roomKinds } from './room.ts';
import { isHiddenSlug, slugOf } from './slug.ts';
import { isTimeZone } from './time-zones.ts';

/** Characters of a room's name. */
export const NAME_LIMIT = 80;

/** Days as they stand in the names of fields: `monday_from`. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

/** Names under which a room could pass for a part of the site, or for whoever runs it. */
const reservedSlugs: ReadonlySet<string> = new Set([
  'account',
  'admin',
  'administrator',
  'api',
  'assets',
  'confirm',
  'console',
  'health',
  'help',
  'i',
  'invitation',
  'linkello',
  'login',
  'logout',
  'metrics',
  'new',
  'official',
  'r',
  'room',
  'root',
  'security',
  'settings',
  'sign-in',
  'sign-out',
  'signalling',
  'support',
  'system',
  'trust',
]);

/** What a form posts; every value may be missing, or a list where somebody sent a name twice. */
export type Typed = Readonly<Record<string, unknown>>;

/** What can be wrong with a field; the texts are `rooms.faults.<fault>`. */
export type RoomFault =
  | 'name'
  | 'slug_form'
  | 'slug_reserved'
  | 'slug_taken'
  | 'choice'
  | 'expires'
  | 'expires_past'
  | 'time_zone'
  | 'hours_day'
  | 'hours_none'
  | 'max_participants'
  | 'host_unknown';

/** Faults by the name of the field. */
export type RoomFaults = Readonly<Record<string, RoomFault>>;

/** What was decided of a room that is there already: its address stays. */
export type RoomChanges = Omit<RoomChoices, 'slug'>;

export interface RoomLimits {
  readonly now: number;
  readonly participantsPerRoom: number;
  /** The end that the room has already: it may have passed. */
  readonly expiresAt: number | null;
  /** Whether every room has a lobby, as on sites of the edition `med`. Default: no. */
  readonly needsLobby?: boolean;
}

/** Reads what was typed of a room, but for its address. */
export function readRoomChanges(
  typed: Typed,
  limits: RoomLimits,
): { readonly changes: RoomChanges } | { readonly faults: RoomFaults } {
  const faults: Record<string, RoomFault> = {};
  const name = readTypedName(typed.name, NAME_LIMIT);
  if (name === null || slugOf(name) === null) faults.name = 'name';
  const kind = roomKinds.find((each) => each === typed.kind);
  if (kind === undefined) faults.kind = 'choice';
  const access = roomAccesses.find((each) => each === typed.access);
  if (access === undefined) faults.access = 'choice';
  const timeZone =
    typeof typed.time_zone === 'string' && isTimeZone(typed.time_zone) ? typed.time_zone : null;
  if (timeZone === null) faults.time_zone = 'time_zone';
  const expiresAt = readExpiry(typed, kind, timeZone ?? 'UTC', limits, faults);
  const hoursFaults: Record<string, 'hours_day' | 'hours_none'> = {};
  const openingHours = readHours(typed, hoursFaults);
  Object.assign(faults, hoursFaults);
  const maxParticipants = readMaximum(typed.max_participants, limits.participantsPerRoom, faults);
  if (name === null || timeZone === null || kind === undefined || access === undefined) return { faults };
  if (Object.keys(faults).length > 0) return { faults };
  return {
    changes: {
      name,
      kind,
      access,
      hasLobby: limits.needsLobby === true || typed.has_lobby === 'yes',
      needsHost: typed.needs_host === 'yes',
      timeZone,
      openingHours,
      maxParticipants,
      expiresAt,
    },
  };
}

/**
 * Reads an address that was typed. It must be as it will stand in links: what would only become one (capitals,
 * accents, letters that look like others, percent signs, dots) is refused, so that nobody gets another than they read.
 *
 * @returns null for none typed.
 */
export function readSlug(typed: unknown): { readonly slug: string | null } | { readonly fault: RoomFault } {
  if (typed === undefined || typed === '') return { slug: null };
  if (typeof typed !== 'string' || slugOf(typed) !== typed) return { fault: 'slug_form' };
  return isReserved(typed) ? { fault: 'slug_reserved' } : { slug: typed };
}

/** Whether an address is kept back. */
export function isReserved(slug: string): boolean {
  return reservedSlugs.has(slug) || isHiddenSlug(slug);
}

function readExpiry(
  typed: Typed,
  kind: RoomKind | undefined,
  timeZone: string,
  { now, expiresAt: former }: RoomLimits,
  faults: Record<string, RoomFault>,
): number | null {
  if (kind !== 'one_off') return null;
  const at = typeof typed.expires === 'string' ? instantOf(typed.expires, timeZone) : null;
  if (at === null) faults.expires = 'expires';
  else if (at <= now && at !== former) faults.expires = 'expires_past';
  return at;
}

/** Opening hours as `hours` (`weekly`, or always), `monday_from`, `monday_to` and so on; adds what is wrong to `faults`. */
export function readHours(
  typed: Typed,
  faults: Record<string, 'hours_day' | 'hours_none'>,
): OpeningHours | null {
  if (typed.hours !== 'weekly') return null;
  const days = weekdays.map((day) => readDay(typed, day, faults));
  if (days.every((day) => day === null) && !weekdays.some((day) => faults[`${day}_from`]))
    faults.hours = 'hours_none';
  return days.length === DAYS_A_WEEK ? (days as unknown as OpeningHours) : null;
}

/** Both times or none; a day without is closed. */
function readDay(
  typed: Typed,
  day: Weekday,
  faults: Record<string, 'hours_day' | 'hours_none'>,
): Period | null {
  const [from, to] = [typed[`${day}_from`] ?? '', typed[`${day}_to`] ?? ''];
  if (from === '' && to === '') return null;
  const period = { from: minutesOf(from), to: minutesOf(to) };
  if (period.from !== null && period.to !== null) return { from: period.from, to: period.to };
  faults[`${day}_from`] = 'hours_day';
  return null;
}

/** `08:30` → 510 */
function minutesOf(time: unknown): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(typeof time === 'string' ? time : '') ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

function readMaximum(
  typed: unknown,
  participantsPerRoom: number,
  faults: Record<string, RoomFault>,
): number | null {
  if (typed === undefined || typed === '') return null;
  const count = typeof typed === 'string' && /^\d{1,4}$/.test(typed.trim()) ? Number(typed) : 0;
  if (count >= 2 && count <= participantsPerRoom) return count;
  faults.max_participants = 'max_participants';
  return null;
}
