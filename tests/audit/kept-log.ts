import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, AuditLog } from '../../app/audit/audit-log.ts';
import { hashOf, sealOf } from '../../app/audit/chain.ts';
import type { StoredEntry } from '../../app/audit/entries.ts';
import { type Verification, verifyChain } from '../../app/audit/verification.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';

export const someone: Actor = { kind: 'person', id: 'aaaaaaaaaaaaaaaaaaaaaaaa', requestId: '0123456789ab' };

const environmentOf = (folder: string) => ({
  LINKELLO_DATA: join(folder, 'data'),
  LINKELLO_CONFIG: join(folder, 'linkello.yaml'),
});

/** A data folder with a database whose audit log was really written. */
export class KeptLog {
  readonly folder: string;
  readonly key: string;
  readonly database: Database;
  readonly log: AuditLog;
  #now = Date.UTC(2026, 0, 5, 8);

  private constructor(folder: string, key: string, database: Database) {
    this.folder = folder;
    this.key = key;
    this.database = database;
    // An entry a minute.
    this.log = new AuditLog({ database, key, clock: () => (this.#now += 60_000) });
  }

  static async make(entries: number): Promise<KeptLog> {
    const folder = await mkdtemp(join(tmpdir(), 'linkello-audit-'));
    await writeFile(join(folder, 'linkello.yaml'), 'sites: [{ host: localhost }]\n');
    const config = await loadConfig(environmentOf(folder));
    const key = await readSecret(config, 'audit');
    const kept = new KeptLog(folder, key, await openDatabase(dataFolders(config.dataFolder).database));
    for (let count = 0; count < entries; count += 1) {
      await kept.log.record(someone, {
        action: 'room.made',
        object: { kind: 'room', id: `room-${count + 1}` },
      });
    }
    return kept;
  }

  /** For the command line. */
  get environment(): { readonly LINKELLO_DATA: string; readonly LINKELLO_CONFIG: string } {
    return environmentOf(this.folder);
  }

  get databaseFile(): string {
    return dataFolders(this.environment.LINKELLO_DATA).database;
  }

  verify(since: { readonly number: number; readonly hash: string } | null = null): Promise<Verification> {
    return verifyChain({ database: this.database, key: this.key, since });
  }

  /** What somebody does who can write the file: whatever the triggers forbid as well. */
  async tamper(...statements: readonly string[]): Promise<void> {
    await this.database.raw('DROP TRIGGER IF EXISTS audit_is_not_changed');
    await this.database.raw('DROP TRIGGER IF EXISTS audit_is_not_shortened');
    for (const statement of statements) await this.database.raw(statement);
  }

  async row(number: number): Promise<StoredEntry> {
    const row: StoredEntry | undefined = await this.database('audit').where({ number }).first();
    if (row === undefined) throw new Error(`there is no row ${number}`);
    return row;
  }

  /** What the appliance itself would have written. */
  hash(row: StoredEntry): string {
    return hashOf(row, this.key);
  }

  seal(head: { readonly number: number; readonly hash: string }): string {
    return sealOf(head, this.key);
  }

  async remove(): Promise<void> {
    await this.database.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}
