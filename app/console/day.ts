/** A day of the server's calendar, as `<input type="date">` writes it: `2026-01-31`. */
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** When a day begins in the server's time zone, in milliseconds since 1970; null for what is no day since then. */
export function startOfDay(day: string): number | null {
  const [, year, month, date] = DAY.exec(day) ?? [];
  const at = new Date(Number(year), Number(month) - 1, Number(date)).getTime();
  return Number.isNaN(at) || at < 0 || dayOf(at) !== day ? null : at;
}

/** When the day after begins. */
export function endOfDay(day: string): number | null {
  const start = startOfDay(day);
  if (start === null) return null;
  const date = new Date(start);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
