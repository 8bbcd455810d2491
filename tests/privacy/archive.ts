import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { AuditLog } from '../../app/audit/audit-log.ts';
import { categories } from '../../app/categories.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import type { DataCategory } from '../../app/inventory/data-category.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';
import { Erasure } from '../../app/privacy/erasure/erasure.ts';
import { ErasureLedger, LEDGER_FILE } from '../../app/privacy/erasure/ledger.ts';
import { LegalHolds } from '../../app/privacy/holds/holds.ts';
import { Retention } from '../../app/privacy/retention/retention.ts';

/** Seals audit log, certificates and ledger. */
export const KEY = 'a-key-of-at-least-thirty-two-characters';

/** The times that things are kept for, as they are by default. */
export const SETTINGS = {
  service_days: 30,
  relationship_days: 1095,
  invitation_days: 30,
  attestation_days: 365,
  letter_days: 30,
} as const;

/** A database with what several features keep, and a clock that stands still until it is set. */
export class Archive {
  readonly folder: string;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly ledger: ErasureLedger;
  readonly holds: LegalHolds;
  readonly erasure: Erasure;
  readonly faults: string[] = [];
  now = Date.UTC(2026, 0, 5, 8);

  private constructor(folder: string, database: Database) {
    this.folder = folder;
    this.database = database;
    const clock = () => this.now;
    this.audit = new AuditLog({ database, key: KEY, clock });
    this.ledger = new ErasureLedger({ key: KEY, file: join(folder, LEDGER_FILE) });
    this.holds = new LegalHolds({ database, audit: this.audit, clock });
    this.erasure = new Erasure(this.#erasing());
  }

  static async open(folder: string): Promise<Archive> {
    return new Archive(folder, await openDatabase(join(folder, 'linkello.sqlite')));
  }

  static async make(t: Test): Promise<Archive> {
    const folder = await mkdtemp(join(tmpdir(), 'linkello-retention-'));
    const archive = await Archive.open(folder);
    t.teardown(async () => {
      await archive.database.destroy();
      await rm(folder, { recursive: true, force: true });
    });
    return archive;
  }

  get file(): string {
    return join(this.folder, 'linkello.sqlite');
  }

  /** A run's maker; with categories of its own for what fails. */
  retention(own: { readonly categories?: readonly DataCategory[]; readonly batch?: number } = {}): Retention {
    return new Retention({ ...this.#erasing(), settings: SETTINGS, ...own });
  }

  #erasing() {
    return {
      database: this.database,
      file: join(this.folder, 'linkello.sqlite'),
      clock: () => this.now,
      audit: this.audit,
      key: KEY,
      categories,
      ledger: this.ledger,
      onFault: (what: string, fault: unknown) => void this.faults.push(`${what}: ${fault}`),
    };
  }

  async organisation(
    name: string,
    { endedAt = null, endsAt = null }: { endedAt?: number | null; endsAt?: number | null } = {},
  ): Promise<string> {
    const id = newId();
    await this.database('organisations').insert({
      id,
      name,
      sort_name: sortName(name),
      status: endedAt === null ? 'active' : 'ended',
      started_at: this.now - 400 * DAY_MS,
      ended_at: endedAt,
      ends_at: endsAt,
      created_at: this.now - 400 * DAY_MS,
    });
    return id;
  }

  async person(
    organisationId: string,
    name: string,
    { role = 'member', language = 'en' }: { role?: Role; language?: 'en' | 'fr' } = {},
  ): Promise<{ readonly id: string; readonly email: string }> {
    const id = newId();
    const email = `${sortName(name).replaceAll(' ', '.')}@example.org`;
    await this.database('people').insert({
      id,
      organisation_id: organisationId,
      email,
      name,
      sort_name: sortName(name),
      language,
      role,
      status: 'active',
      created_at: this.now,
    });
    await this.database('people_words').insert(
      searchWords(name, email).map((word) => ({ word, person_id: id })),
    );
    return { id, email };
  }

  async room(
    organisationId: string,
    personId: string | null,
    name: string,
    { expiresAt = null }: { expiresAt?: number | null } = {},
  ): Promise<string> {
    const id = newId();
    await this.database('rooms').insert({
      id,
      organisation_id: organisationId,
      person_id: personId,
      slug: `${sortName(name).replaceAll(' ', '-')}-${id.slice(0, 6)}`,
      name,
      sort_name: sortName(name),
      kind: expiresAt === null ? 'permanent' : 'one_off',
      access: 'invited',
      has_lobby: 0,
      needs_host: 0,
      expires_at: expiresAt,
      created_at: this.now,
    });
    return id;
  }

  async invitation(
    roomId: string,
    name: string,
    more: { expiresAt?: number; revokedAt?: number | null; createdBy?: string | null; email?: string } = {},
  ): Promise<string> {
    const id = newId();
    await this.database('invitations').insert({
      id,
      room_id: roomId,
      name,
      email: more.email ?? `${sortName(name).replaceAll(' ', '.')}@guests.example`,
      language: 'en',
      sequence: 0,
      expires_at: more.expiresAt ?? this.now + 4000 * DAY_MS,
      revoked_at: more.revokedAt ?? null,
      created_by: more.createdBy ?? null,
      created_at: this.now,
    });
    return id;
  }

  async letter(
    email: string,
    more: { doneAt?: number | null; personId?: string; organisationId?: string } = {},
  ): Promise<string> {
    const id = newId();
    const doneAt = more.doneAt === undefined ? this.now : more.doneAt;
    await this.database('letters').insert({
      id,
      kind: 'test',
      organisation_id: more.organisationId ?? null,
      person_id: more.personId ?? null,
      sensitive: 0,
      state: doneAt === null ? 'waiting' : 'sent',
      attempts: 1,
      next_attempt_at: this.now,
      created_at: this.now,
      done_at: doneAt,
      language: 'en',
      recipient: email,
      recipient_name: `Reader ${email}`,
      site_name: 'Linkello',
      subject: '',
      text: '',
      html: '',
      attachments: '[]',
    });
    await this.database('letters_words').insert(searchWords(email).map((word) => ({ word, letter_id: id })));
    return id;
  }

  ids(table: string): Promise<string[]> {
    return this.database(table).pluck('id');
  }

  /** Which of these texts are in any file of the folder. */
  async found(texts: readonly string[]): Promise<string[]> {
    const files = (await readdir(this.folder)).map((name) => readFile(join(this.folder, name)));
    const bytes = Buffer.concat(await Promise.all(files));
    return texts.filter((text) => bytes.includes(text) || bytes.includes(text.toLowerCase()));
  }
}
