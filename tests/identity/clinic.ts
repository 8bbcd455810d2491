import type { Test } from 'tap';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';
import { RunningApp } from '../app/running-app.ts';
import { Visitor } from './visitor.ts';

/** What a letter to sign in brings. */
export interface SignInPost {
  readonly linkPath: string;
  readonly code: string;
  readonly text: string;
  readonly subject: string;
}

/** A running app with one organisation, whose clock can be moved, and a look into its database. */
export class Clinic {
  readonly running: RunningApp;
  readonly database: Database;
  readonly organisationId = newId();
  readonly #time: { aheadMs: number };

  private constructor(running: RunningApp, database: Database, time: { aheadMs: number }) {
    this.running = running;
    this.database = database;
    this.#time = time;
  }

  static async open(
    t: Test,
    settings: Record<string, unknown> = {},
    options: NonNullable<Parameters<typeof RunningApp.start>[1]> = {},
  ): Promise<Clinic> {
    const time = { aheadMs: 0 };
    const running = await RunningApp.start(settings, { clock: () => Date.now() + time.aheadMs, ...options });
    const database = await openDatabase(running.databaseFile);
    t.teardown(async () => {
      await database.destroy();
      await running.stop();
    });
    const clinic = new Clinic(running, database, time);
    await database('organisations').insert({
      id: clinic.organisationId,
      name: 'Clinic North',
      sort_name: 'clinic north',
      status: 'active',
      started_at: Date.now(),
      created_at: Date.now(),
    });
    return clinic;
  }

  /** Lets time pass for the app. */
  wait(ms: number): void {
    this.#time.aheadMs += ms;
  }

  visitor(headers: Record<string, string> = {}): Visitor {
    return new Visitor(this.running, headers);
  }

  async person(
    email: string,
    more: { name?: string; role?: Role; language?: 'en' | 'fr'; status?: 'active' | 'blocked' } = {},
  ): Promise<string> {
    const { name = 'Marie Curie', role = 'member', language = 'en', status = 'active' } = more;
    const id = newId();
    await this.database('people').insert({
      id,
      organisation_id: this.organisationId,
      email,
      name,
      sort_name: sortName(name),
      language,
      role,
      status,
      created_at: Date.now(),
    });
    await this.database('people_words').insert(
      searchWords(name, email).map((word) => ({ word, person_id: id })),
    );
    return id;
  }

  /** The last letter of a kind to an address. */
  async letter(email: string, kind = 'sign_in'): Promise<SignInPost> {
    const row = await this.database('letters')
      .where({ recipient: email, kind })
      .orderByRaw('created_at DESC, rowid DESC')
      .first();
    if (row === undefined) throw new Error(`there is no letter ${kind}`);
    const { text, subject }: { text: string; subject: string } = row;
    return {
      text,
      subject,
      linkPath: /https:\/\/[^/\s]+(\/sign-in\/link\/\S+)/.exec(text)?.[1] ?? '',
      code: /^(\d{6})$/m.exec(text)?.[1] ?? '',
    };
  }

  async letterCount(kind = 'sign_in'): Promise<number> {
    const [row] = await this.database('letters').where({ kind }).count({ count: '*' });
    return Number(row?.count);
  }

  /** Asks for a letter, on a browser of its own if none is given, and answers what came. */
  async ask(email: string, visitor = this.visitor(), to = ''): Promise<SignInPost> {
    const answer = await visitor.post('/sign-in', { email, to });
    if (answer.status !== 303) throw new Error(`asking was answered with ${answer.status}: ${answer.text}`);
    return this.letter(email);
  }

  /** A browser that is signed in by a letter's link. */
  async signedIn(email: string, headers: Record<string, string> = {}): Promise<Visitor> {
    const visitor = this.visitor(headers);
    const { linkPath } = await this.ask(email, visitor);
    await visitor.get(linkPath);
    return visitor;
  }
}
