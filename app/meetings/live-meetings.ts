import { Check } from 'typebox/schema';
import type { Database } from '../database/open.ts';
import { Rules } from './messages.ts';
import { everythingAllowed } from './rules.ts';

/** What of a live meeting outlives the app. */
export interface LiveMeeting {
  readonly id: string;
  /** The room's slug. */
  readonly room: string;
  readonly startedAt: number;
  readonly isLocked: boolean;
  /** What is allowed to all. */
  readonly rules: Rules;
  /** Hashes of those who may not come back. */
  readonly keptOut: readonly string[];
}

interface Row {
  readonly id: string;
  readonly slug: string;
  readonly started_at: number;
  readonly locked_at: number | null;
  /** JSON; null while everything is allowed. */
  readonly rules: string | null;
  /** JSON; null for nobody. */
  readonly kept_out: string | null;
}

/** The table `live_meetings`: since when meetings go on and by which rules, for an app that takes them over. */
export class LiveMeetings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(): Promise<LiveMeeting[]> {
    const rows: Row[] = await this.#database('live_meetings').select();
    return rows.map(({ id, slug, started_at, locked_at, rules, kept_out }) => ({
      id,
      room: slug,
      startedAt: started_at,
      isLocked: locked_at !== null,
      rules: rulesOf(rules),
      keptOut: kept_out === null ? [] : (JSON.parse(kept_out) as string[]),
    }));
  }

  /** In place of one in the same room that is over, should its end have been missed. */
  async started({ id, room, startedAt }: Pick<LiveMeeting, 'id' | 'room' | 'startedAt'>): Promise<void> {
    await this.#database('live_meetings')
      .insert({ id, slug: room, started_at: startedAt, locked_at: null, rules: null, kept_out: null })
      .onConflict('slug')
      .merge();
  }

  async lockChanged(id: string, lockedAt: number | null): Promise<void> {
    await this.#database('live_meetings').where({ id }).update({ locked_at: lockedAt });
  }

  async rulesChanged(id: string, rules: Rules, keptOut: readonly string[]): Promise<void> {
    await this.#database('live_meetings')
      .where({ id })
      .update({
        rules: JSON.stringify(rules),
        kept_out: keptOut.length === 0 ? null : JSON.stringify(keptOut),
      });
  }

  async ended(ids: readonly string[]): Promise<void> {
    await this.#database('live_meetings').whereIn('id', ids).delete();
  }
}

/** What is not known to an older app's row is allowed, as at the beginning of every meeting. */
function rulesOf(text: string | null): Rules {
  const rules = { ...everythingAllowed, ...(text === null ? {} : (JSON.parse(text) as Partial<Rules>)) };
  return Check(Rules, rules) ? rules : everythingAllowed;
}
