/**
 * What one category keeps outside of the app's database, in a program of its own. Both reject when that program does not
 * answer.
 */
export interface OutsideStore {
  /** Name of the category. */
  readonly category: string;
  /** Erases all of which the time is over; answers how many records that were. */
  expire(now: number): Promise<number>;
  /** How many records there are, and how many of them `expire` would erase at that time. */
  count(now: number): Promise<{ readonly total: number; readonly due: number }>;
  /** What ended before is erased at that time, in milliseconds since 1970. */
  cutOff(now: number): number;
}
