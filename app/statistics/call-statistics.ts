import type { Database } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { EndedMeeting } from '../meetings/tally.ts';
import { dayOf, firstOf, hourOf, monthOf } from './calendar.ts';
import { sumsOfMeeting } from './fact.ts';
import { keyOf, pseudonym } from './pseudonym.ts';
import { spreadCounts } from './spreads.ts';
import {
  addDays,
  addFacts,
  addSpreads,
  type DayRow,
  EVERYBODY,
  type FactRow,
  type SpreadRow,
} from './store.ts';
import { added, NOTHING } from './sums.ts';
import { turnOver } from './turn-over.ts';

export interface CallStatisticsOptions {
  readonly database: Database;
  readonly clock: Clock;
}

/**
 * Counts meetings that are over. What is kept of one:
 *
 * - a fact without name, address, room or account, under a pseudonym of the organisation whose key lives for a month;
 * - its share in the sums of its day and month, for the whole appliance and for its organisation.
 *
 * The sums of an organisation stand under its own id, beyond the month: they are for its administrators, who could not
 * be shown them otherwise. They are about the organisation and name nobody, and where they are about fewer than five
 * people they are put together (small-counts.ts).
 */
export class CallStatistics {
  readonly #database: Database;
  readonly #clock: Clock;
  /** The months before this one are closed. */
  #closedBefore: string | null = null;

  constructor({ database, clock }: CallStatisticsOptions) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Adds meetings, all of them or none. One that began last month counts for the first of this one: what is closed
   * stays closed.
   */
  async record(meetings: readonly EndedMeeting[]): Promise<void> {
    if (meetings.length === 0) return;
    const today = dayOf(this.#clock());
    const month = monthOf(today);
    await this.turnOver();
    await this.#database.transaction(async (transaction) => {
      const key = await keyOf(transaction, month);
      const facts: FactRow[] = [];
      const days = new Map<string, DayRow>();
      const spreads = new Map<string, SpreadRow>();
      for (const meeting of meetings) {
        const organisationId = meeting.place?.organisationId ?? null;
        const start = dayOf(meeting.startedAt);
        const day = start < firstOf(month) ? firstOf(month) : start;
        const sums = sumsOfMeeting(meeting);
        facts.push({
          id: newId(),
          day,
          hour: hourOf(meeting.startedAt),
          organisation: organisationId === null ? null : pseudonym(key, organisationId),
          ...sums,
        });
        const counts = spreadCounts(meeting);
        for (const organisation_id of [EVERYBODY, ...(organisationId === null ? [] : [organisationId])]) {
          const place = `${organisation_id} ${day}`;
          days.set(place, {
            organisation_id,
            day,
            last_day: day,
            ...added(days.get(place) ?? NOTHING, sums),
          });
          for (const { measure, bucket, meetings: count, people } of counts) {
            const at = `${organisation_id} ${measure} ${bucket}`;
            const known = spreads.get(at);
            spreads.set(at, {
              organisation_id,
              month,
              measure,
              bucket,
              meetings: (known?.meetings ?? 0) + count,
              people: (known?.people ?? 0) + people,
            });
          }
        }
      }
      await addFacts(transaction, facts);
      await addDays(transaction, [...days.values()]);
      await addSpreads(transaction, [...spreads.values()]);
    });
  }

  /** Closes the months that are over, if this object has not done so yet. */
  async turnOver(): Promise<void> {
    const today = dayOf(this.#clock());
    if (this.#closedBefore === monthOf(today)) return;
    await turnOver(this.#database, today);
    this.#closedBefore = monthOf(today);
  }
}
