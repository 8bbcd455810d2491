/** The hour of the server's day at which retention runs. */
const HOUR = 3;

/** When the last night's run was to begin, in milliseconds since 1970, by the server's time zone. */
export function lastNight(now: number): number {
  const night = new Date(now);
  night.setHours(HOUR, 0, 0, 0);
  if (night.getTime() > now) night.setDate(night.getDate() - 1);
  return night.getTime();
}

/** When the first run at an instant, or after it, begins. */
export function nightAfter(at: number): number {
  const night = new Date(at);
  night.setHours(HOUR, 0, 0, 0);
  if (night.getTime() < at) night.setDate(night.getDate() + 1);
  return night.getTime();
}

/**
 * Whether a run is to begin: none has since the last night, whether the appliance was off then or not. The first one is
 * in the first night.
 *
 * @param lastAt when the last one began; null if none ever has.
 * @param installedAt when the database was made.
 */
export function isRunDue(now: number, lastAt: number | null, installedAt: number): boolean {
  // A clock that was set back must not let years pass without one.
  if (lastAt !== null && lastAt > now) return true;
  return (lastAt ?? installedAt) < lastNight(now);
}
