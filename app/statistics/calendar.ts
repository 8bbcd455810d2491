import { DAY_MS } from '../kernel/clock.ts';

/**
 * Days and months of the server's calendar, as texts that sort: `2026-01-31`, `2026-01`. Reckoning with them is done in
 * UTC, where every day has 24 hours.
 */
const two = (part: number) => String(part).padStart(2, '0');

export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Hour of the server's day, 0 to 23. */
export const hourOf = (at: number): number => new Date(at).getHours();

export const monthOf = (day: string): string => day.slice(0, 7);

export const firstOf = (month: string): string => `${month}-01`;

const utcOf = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayOfUtc = (at: number) => new Date(at).toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string => dayOfUtc(utcOf(day) + days * DAY_MS);

/** How many days a period has, both ends counted. */
export const daysIn = (from: string, to: string): number => (utcOf(to) - utcOf(from)) / DAY_MS + 1;

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return dayOfUtc(Date.UTC(year, number - 1 + months, 1)).slice(0, 7);
}

export const lastOf = (month: string): string => addDays(firstOf(addMonths(month, 1)), -1);

/** The Monday of a day's week (ISO 8601). */
export const mondayOf = (day: string): string => addDays(day, -((new Date(utcOf(day)).getUTCDay() + 6) % 7));

/** A month that people ask for; null for what is none. */
export function readMonth(text: unknown): string | null {
  return typeof text === 'string' && /^20\d{2}-(0[1-9]|1[0-2])$/.test(text) ? text : null;
}

/** Noon of a day, for texts to name it by: no time zone's clock changes there. */
export function noonOf(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date, 12).getTime();
}
