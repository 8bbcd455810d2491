import { IANAZone } from 'luxon';
import { tzlib_get_timezones } from 'timezones-ical-library';

/** Zones that calendars are told of, and that this Node knows as well. */
const known = new Set(
  (JSON.parse(tzlib_get_timezones(true)) as string[]).filter((zone) => IANAZone.isValidZone(zone)),
);

/** What `Intl` still lists by a name that the IANA database has given up (its file `backward`). */
const newNames: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** Zones to choose from, by name; `UTC` first, as it belongs to no part of the world. */
export const timeZones: readonly string[] = [
  'UTC',
  ...[...new Set(Intl.supportedValuesOf('timeZone').map((zone) => newNames[zone] ?? zone))]
    .filter((zone) => known.has(zone) && zone.includes('/'))
    .sort(),
];

/** Whether a zone is one that hours and calendars can be written in; older names are. */
export function isTimeZone(name: string): boolean {
  return known.has(name);
}

/** The zone that new rooms begin with. @param configured `rooms.time_zone`; null for the machine's own. */
export function defaultTimeZone(configured: string | null): string {
  const asked = configured ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const name = newNames[asked] ?? asked;
  return isTimeZone(name) ? name : 'UTC';
}
