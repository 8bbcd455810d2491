import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Attestation, sealOf } from '../../app/attestations/attestation.ts';
import { addAttestation } from '../../app/attestations/store.ts';
import { columnsOf } from '../../app/clinic/area-rows.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { SESSION_COOKIE } from '../../app/identity/session-cookie.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';
import { newToken } from '../../app/kernel/single-use-token.ts';
import type { RequestKind } from '../../app/privacy/requests/request-rows.ts';
import type { RunningApp } from '../app/running-app.ts';
import { usualChoices } from '../clinic/ward.ts';

/** Somebody with an account, and what their browser sends along. */
export interface Inhabitant {
  readonly id: string;
  readonly organisationId: string;
  readonly role: Role;
  readonly headers: Readonly<Record<string, string>>;
}

/** Texts that people type, by where. */
export interface Words {
  readonly name?: string;
  readonly subject?: string;
}

/** Puts rows into the database of a running app, beside it: many, quickly, and such as no form would take. */
export class Population {
  readonly database: Database;

  readonly #sealKey: string;

  private constructor(database: Database, sealKey: string) {
    this.database = database;
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

  /** A waiting area that somebody manages. */
  async area(
    organisationId: string,
    managerId: string | null,
    { name = 'An area' }: Words = {},
  ): Promise<{ readonly id: string; readonly slug: string }> {
    const id = newId();
    const slug = `area-${id}`;
    const now = Date.now();
    await this.database('areas').insert({
      ...columnsOf({ ...usualChoices, name }),
      id,
      organisation_id: organisationId,
      slug,
      sort_name: sortName(name),
      number_day: '',
      last_number: 0,
      version: 1,
      created_at: now,
    });
    if (managerId !== null)
      await this.database('area_members').insert({
        area_id: id,
        person_id: managerId,
        role: 'manager',
        gets_letters: 0,
        created_at: now,
      });
    return { id, slug };
  }

  /** A patient whom somebody sees just now, in an area of theirs. */
  async visit(organisationId: string, personId: string, { name = 'A patient' }: Words = {}): Promise<string> {
    const area = await this.area(organisationId, personId);
    const room = await this.room(organisationId, personId);
    await this.database('rooms').where({ id: room.id }).update({ is_hidden: 1 });
    const id = newId();
    const now = Date.now();
    const until = now + 86_400_000;
    await this.database('visits').insert({
      id,
      area_id: area.id,
      organisation_id: organisationId,
      token_hash: newToken().hash,
      state: 'called',
      version: 1,
      language: 'en',
      host: 'localhost',
      number: 1,
      name,
      name_until: until,
      birth_date_until: until,
      case_number_until: until,
      reason_until: until,
      email_until: until,
      phone_until: until,
      until,
      arrived_at: now,
      queue_at: now,
      state_at: now,
      called_at: now,
      taken_by: personId,
      room_id: room.id,
    });
    return id;
  }

  /** A patient's appointment in an area that somebody manages. */
  async appointment(
    organisationId: string,
    managerId: string | null,
    { name = 'A patient', subject = 'Another day' }: Words = {},
  ): Promise<{ readonly id: string; readonly areaId: string }> {
    const { id: areaId } = await this.area(organisationId, managerId);
    const id = newId();
    const now = Date.now();
    await this.database('appointments').insert({
      id,
      area_id: areaId,
      patient_name: name,
      email: 'patient@example.org',
      language: 'en',
      starts_at: now + 86_400_000,
      ends_at: now + 87_600_000,
      time_zone: 'Europe/Paris',
      state: 'booked',
      reply: 'other_time',
      wish: subject,
      external_system: '',
      external_value: name,
      told_at: now,
      created_at: now,
      changed_at: now,
    });
    return { id, areaId };
  }

  /** A free time in an area of an organisation. */
  async slot(organisationId: string): Promise<string> {
    const { id: areaId } = await this.area(organisationId, null);
    const id = newId();
    const now = Date.now();
    const times = { starts_at: now + 86_400_000, ends_at: now + 87_600_000 };
    await this.database('slots').insert({
      id,
      area_id: areaId,
      ...times,
      state: 'free',
      created_at: now,
      changed_at: now,
    });
    return id;
  }

  async appointmentImport(organisationId: string, personId: string): Promise<string> {
    const { id: areaId } = await this.area(organisationId, personId);
    const id = newId();
    const content = 'name,start\nAnna,2099-01-05 10:00\n';
    const row = { id, area_id: areaId, person_id: personId, content, created_at: Date.now() };
    await this.database('appointment_imports').insert(row);
    return id;
  }

  async calendarFeed(organisationId: string, personId: string): Promise<string> {
    const { id: areaId } = await this.area(organisationId, personId);
    const id = newId();
    const row = { id, area_id: areaId, person_id: personId, created_at: Date.now() };
    await this.database('calendar_feeds').insert(row);
    return id;
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
