import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Attestation, sealOf } from '../../app/attestations/attestation.ts';
import { addAttestation } from '../../app/attestations/store.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { SESSION_COOKIE } from '../../app/identity/session-cookie.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';
import { newToken } from '../../app/kernel/single-use-token.ts';
import type { RequestKind } from '../../app/privacy/requests/request-rows.ts';
import type { RunningApp } from '../app/running-app.ts';
import { ClinicPopulation } from './clinic-population.ts';
import type { Words } from './words.ts';

/** Somebody with an account, and what their browser sends along. */
export interface Inhabitant {
  readonly id: string;
  readonly organisationId: string;
  readonly role: Role;
  readonly headers: Readonly<Record<string, string>>;
}

/** Puts rows into the database of a running app, beside it: many, quickly, and such as no form would take. */
export class Population {
  readonly database: Database;
  readonly clinic: ClinicPopulation;
  readonly #sealKey: string;

  private constructor(database: Database, sealKey: string) {
    this.database = database;
    this.clinic = new ClinicPopulation(database, (organisationId, personId) =>
      this.room(organisationId, personId),
    );
    this.#sealKey = sealKey;
  }

  static async of({ databaseFile }: RunningApp): Promise<Population> {
    const sealKey = (await readFile(join(dirname(databaseFile), 'audit-key'), 'utf8')).trim();
    return new Population(await openDatabase(databaseFile), sealKey);
  }

  async organisation({ name = `Clinic ${newId()}` }: Words = {}): Promise<string> {
    const id = newId();
    const now = Date.now();
    const row = { id, name, sort_name: sortName(name), status: 'active', started_at: now, created_at: now };
    await this.database('organisations').insert(row);
    return id;
  }

  async person(
    organisationId: string,
    role: Role,
    { name = `Some ${role}` }: Words = {},
  ): Promise<Inhabitant> {
    const id = newId();
    const email = `${id}@example.org`;
    await this.database('people').insert({
      id,
      organisation_id: organisationId,
      email,
      name,
      sort_name: sortName(name),
      language: 'en',
      role,
      status: 'active',
      created_at: Date.now(),
    });
    await this.#words('people_words', 'person_id', id, name, email);
    const { token, hash } = newToken();
    await this.session(id, hash);
    const headers = { cookie: `${SESSION_COOKIE}=${token}`, 'sec-fetch-site': 'same-origin' };
    return { id, organisationId, role, headers };
  }

  async session(personId: string, tokenHash: string = newToken().hash): Promise<string> {
    const id = newId();
    const now = Date.now();
    await this.database('sessions').insert({
      id,
      token_hash: tokenHash,
      person_id: personId,
      device: 'Firefox, Linux',
      created_at: now,
      seen_at: now,
      confirmed_at: now,
    });
    return id;
  }

  async room(
    organisationId: string,
    personId: string | null,
    { name = 'A room' }: Words = {},
  ): Promise<{ readonly id: string; readonly slug: string }> {
    const id = newId();
    const slug = `room-${id}`;
    await this.database('rooms').insert({
      id,
      organisation_id: organisationId,
      person_id: personId,
      slug,
      name,
      sort_name: sortName(name),
      kind: 'permanent',
      access: 'anyone',
      has_lobby: 0,
      needs_host: 0,
      time_zone: 'Europe/Paris',
      created_at: Date.now(),
    });
    await this.#words('rooms_words', 'room_id', id, name, slug);
    return { id, slug };
  }

  /** Its id, and what its program holds. */
  async serviceToken(
    organisationId: string,
    { name = 'A program' }: Words = {},
  ): Promise<{ readonly id: string; readonly token: string }> {
    const id = newId();
    const { token, hash } = newToken();
    const row = { id, organisation_id: organisationId, name, token_hash: hash, created_at: Date.now() };
    await this.database('service_tokens').insert(row);
    return { id, token };
  }

  async invitation(roomId: string, { name = 'A guest' }: Words = {}): Promise<string> {
    const id = newId();
    const now = Date.now();
    await this.database('invitations').insert({
      id,
      room_id: roomId,
      name,
      email: 'guest@example.org',
      language: 'en',
      starts_at: now + 86_400_000,
      duration_minutes: 30,
      time_zone: 'Europe/Paris',
      sequence: 0,
      expires_at: now + 2 * 86_400_000,
      created_at: now,
    });
    return id;
  }

  async letter(
    organisationId: string,
    personId: string | null,
    { name = 'A reader', subject = 'A subject' }: Words = {},
  ): Promise<string> {
    const id = newId();
    const now = Date.now();
    await this.database('letters').insert({
      id,
      kind: 'account_made',
      organisation_id: organisationId,
      person_id: personId,
      sensitive: 0,
      state: 'waiting',
      attempts: 1,
      next_attempt_at: now + 86_400_000,
      created_at: now,
      language: 'en',
      recipient: 'reader@example.org',
      recipient_name: name,
      site_name: 'Clinic',
      subject,
      text: subject,
      html: '<p>Letter</p>',
      attachments: '[]',
    });
    await this.#words('letters_words', 'letter_id', id, name);
    return id;
  }

  /** Sealed as the app seals them. */
  async attestation(organisationId: string, personId: string): Promise<string> {
    const now = Date.now();
    const attestation: Attestation = {
      id: newId(),
      organisationId,
      personId,
      edition: 'med',
      startedAt: now - 1_200_000,
      endedAt: now,
      togetherSeconds: 1200,
      people: 2,
      drops: 0,
      stays: [],
    };
    await addAttestation(this.database, attestation, sealOf(attestation, this.#sealKey));
    return attestation.id;
  }

  /** Somebody who gets the newsletter. */
  async subscription(): Promise<string> {
    const id = newId();
    const now = Date.now();
    await this.database('subscriptions').insert({
      id,
      email: `${id}@example.org`,
      language: 'en',
      text_version: '',
      asked_at: now,
      confirmed_at: now,
    });
    return id;
  }

  async import(organisationId: string, personId: string): Promise<string> {
    const id = newId();
    await this.database('imports').insert({
      id,
      organisation_id: organisationId,
      person_id: personId,
      content: 'name,email\nAnna,anna@example.org\n',
      created_at: Date.now(),
    });
    return id;
  }

  async contact({ name = 'A visitor', subject = 'A message' }: Words = {}): Promise<string> {
    const id = newId();
    await this.database('contacts').insert({
      id,
      company: name,
      name,
      sort_name: sortName(name),
      email: 'visitor@example.org',
      phone: '+33 1 00 00 00 00',
      message: subject,
      language: 'en',
      host: 'localhost',
      created_at: Date.now(),
    });
    await this.#words('contacts_words', 'contact_id', id, name);
    return id;
  }

  /** An open one of somebody without an account, whose identity was seen. */
  async request(
    kind: RequestKind = 'access',
    { name = 'A visitor', subject = 'A message' }: Words = {},
  ): Promise<string> {
    const id = newId();
    const now = Date.now();
    const [row] = await this.database('requests').max({ last: 'number' });
    await this.database('requests').insert({
      id,
      number: Number(row?.last ?? 0) + 1,
      kind,
      channel: 'letter',
      email: `${id}@example.org`,
      name,
      message: subject,
      language: 'en',
      received_at: now,
      due_at: now + 28 * 86_400_000,
      identity_checked_at: now,
      state: 'open',
    });
    return id;
  }

  async hold(personId: string, { subject = 'A dispute' }: Words = {}): Promise<string> {
    const id = newId();
    const now = Date.now();
    await this.database('legal_holds').insert({
      id,
      object_kind: 'person',
      object_id: personId,
      reason: subject,
      ends_at: now + 86_400_000,
      made_at: now,
    });
    return id;
  }

  /** Its number. It seals nothing: who verifies would say so. */
  async certificate(): Promise<string> {
    const [row] = await this.database('retention_runs').max({ last: 'number' });
    // Far behind those that a run writes meanwhile.
    const number = Number(row?.last ?? 0) + 1_000_000;
    const now = Date.now();
    await this.database('retention_runs').insert({
      number,
      at: now,
      cut_off_at: now,
      cause: 'retention',
      counts: '[]',
      failed: '[]',
      previous_hash: '',
      hash: '',
    });
    return String(number);
  }

  async close(): Promise<void> {
    await this.database.destroy();
  }

  async #words(table: string, key: string, id: string, ...texts: readonly string[]): Promise<void> {
    const rows = searchWords(...texts).map((word) => ({ word, [key]: id }));
    if (rows.length > 0) await this.database(table).insert(rows);
  }
}
