import { columnsOf } from '../../app/clinic/area-rows.ts';
import type { Database } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { sortName } from '../../app/kernel/search-words.ts';
import { newToken } from '../../app/kernel/single-use-token.ts';
import { usualChoices } from '../clinic/ward.ts';
import type { Words } from './words.ts';

type MakeRoom = (organisationId: string, personId: string | null) => Promise<{ readonly id: string }>;

/** The rows of waiting areas: who works there, who waits, who is expected. */
export class ClinicPopulation {
  readonly #database: Database;
  readonly #makeRoom: MakeRoom;

  /** @param makeRoom of an organisation, with its owner. */
  constructor(database: Database, makeRoom: MakeRoom) {
    this.#database = database;
    this.#makeRoom = makeRoom;
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
    await this.#database('areas').insert({
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
      await this.#database('area_members').insert({
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
    const room = await this.#makeRoom(organisationId, personId);
    await this.#database('rooms').where({ id: room.id }).update({ is_hidden: 1 });
    const id = newId();
    const now = Date.now();
    const until = now + 86_400_000;
    await this.#database('visits').insert({
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
    await this.#database('appointments').insert({
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
  async slot(organisationId: string, managerId: string | null = null): Promise<string> {
    const { id: areaId } = await this.area(organisationId, managerId);
    const id = newId();
    const now = Date.now();
    const times = { starts_at: now + 86_400_000, ends_at: now + 87_600_000 };
    await this.#database('slots').insert({
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
    await this.#database('appointment_imports').insert(row);
    return id;
  }

  async calendarFeed(organisationId: string, personId: string): Promise<string> {
    const { id: areaId } = await this.area(organisationId, personId);
    const id = newId();
    const row = { id, area_id: areaId, person_id: personId, created_at: Date.now() };
    await this.#database('calendar_feeds').insert(row);
    return id;
  }
}
