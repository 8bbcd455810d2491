import type { Database } from '../database/open.ts';
import { type Clock, MINUTE_MS } from '../kernel/clock.ts';
import type { Language } from '../kernel/languages.ts';
import type { Area } from './area.ts';
import { activeAreas, membersOf } from './area-store.ts';
import type { Visit } from './visit.ts';
import type { LetterReader, VisitLetters } from './visit-letters.ts';
import { type VisitRow, visitOf } from './visit-rows.ts';
import { changeVisit } from './visit-store.ts';

/** Writes to the members who want it that people wait too long: once about each of these. */
export class LateLetters {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #letters: VisitLetters;

  constructor({
    database,
    clock,
    letters,
  }: {
    readonly database: Database;
    readonly clock: Clock;
    readonly letters: VisitLetters;
  }) {
    this.#database = database;
    this.#clock = clock;
    this.#letters = letters;
  }

  async look(): Promise<void> {
    for (const area of await activeAreas(this.#database)) {
      if (area.letterMinutes === null) continue;
      const late = await this.#lateIn(area, area.letterMinutes);
      if (late.length > 0) await this.#write(area, area.letterMinutes, late);
    }
  }

  async #lateIn({ id }: Area, minutes: number): Promise<Visit[]> {
    const rows: VisitRow[] = await this.#database('visits')
      .where({ area_id: id })
      .whereRaw("state IN ('waiting', 'called', 'in_call') AND state = 'waiting' AND told_late_at IS NULL")
      .where('queue_at', '<=', this.#clock() - minutes * MINUTE_MS);
    return rows.map(visitOf);
  }

  async #write(area: Area, minutes: number, late: readonly Visit[]): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const wanted = (await membersOf(transaction, [area.id])).filter(({ getsLetters }) => getsLetters);
      const readers: LetterReader[] = await transaction('people')
        .whereIn(
          'id',
          wanted.map(({ personId }) => personId),
        )
        .select<{ id: string; email: string; name: string; language: Language }[]>(
          'id',
          'email',
          'name',
          'language',
        );
      const host = late[0]?.host ?? '';
      await this.#letters.waitsTooLong(transaction, area, { count: late.length, minutes, host }, readers);
      for (const { id } of late) await changeVisit(transaction, id, { told_late_at: this.#clock() });
    });
  }
}
