import type { Database } from '../database/open.ts';

/** What of a live meeting outlives the app. */
export interface LiveMeeting {
  readonly id: string;
  /** The room's slug. */
  readonly room: string;
  readonly startedAt: number;
  readonly isLocked: boolean;
}

interface Row {
  readonly id: string;
  readonly slug: string;
  readonly started_at: number;
  readonly locked_at: number | null;
}

/** The table `live_meetings`: since when meetings go on and which are locked, for an app that takes them over. */
export class LiveMeetings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(): Promise<LiveMeeting[]> {
    const rows: Row[] = await this.#database('live_meetings').select('id', 'slug', 'started_at', 'locked_at');
    return rows.map(({ id, slug, started_at, locked_at }) => ({
      id,
      room: slug,
      startedAt: started_at,
      isLocked: locked_at !== null,
    }));
  }

  /** In place of one in the same room that is over, should its end have been missed. */
  async started({ id, room, startedAt }: LiveMeeting): Promise<void> {
    await this.#database('live_meetings')
      .insert({ id, slug: room, started_at: startedAt, locked_at: null })
      .onConflict('slug')
      .merge();
  }

  async lockChanged(id: string, lockedAt: number | null): Promise<void> {
    await this.#database('live_meetings').where({ id }).update({ locked_at: lockedAt });
  }

  async ended(ids: readonly string[]): Promise<void> {
    await this.#database('live_meetings').whereIn('id', ids).delete();
  }
}
