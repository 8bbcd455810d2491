import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '../../app/audit/audit-log.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { type Person, scopeOf } from '../../app/identity/person.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { Scope } from '../../app/kernel/permissions.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { sortName } from '../../app/kernel/search-words.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import type { Attachment } from '../../app/mail/letter.ts';
import { Outbox } from '../../app/mail/outbox.ts';
import { RoomDirectory } from '../../app/rooms/directory.ts';
import { GuestLinks } from '../../app/rooms/guest-link.ts';
import { Invitations, type Inviter } from '../../app/rooms/invitations.ts';
import type { Room } from '../../app/rooms/room.ts';
import type { RoomChanges } from '../../app/rooms/room-fields.ts';
import { Rooms } from '../../app/rooms/rooms.ts';

/** A letter in the outbox. */
export interface Posted {
  readonly kind: string;
  readonly recipient: string;
  readonly state: string;
  readonly sensitive: 0 | 1;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly Attachment[];
}

/** Rooms and invitations over a real database, with a clock that a test moves. */
export class House {
  readonly database: Database;
  readonly rooms: Rooms;
  readonly invitations: Invitations;
  readonly guestLinks = new GuestLinks('a secret of more than enough characters');
  readonly directory: RoomDirectory;
  /** A Tuesday, 12:00 in Paris. */
  now = Date.parse('2026-11-24T12:00:00+01:00');
  readonly #folder: string;

  private constructor(database: Database, folder: string) {
    this.database = database;
    this.#folder = folder;
    const clock = () => this.now;
    const audit = new AuditLog({ database, key: 'k'.repeat(64), clock });
    this.rooms = new Rooms({ database, audit, clock });
    const outbox = new Outbox({
      clock,
      translates: this.#translates,
      sender: { controllerName: 'Clinic North', supportEmail: null },
    });
    const { guestLinks } = this;
    this.invitations = new Invitations({ database, audit, clock, outbox, guestLinks });
    this.directory = new RoomDirectory({
      database,
      clock,
      guestLinks,
      settings: { anyoneCanOpen: false, participantsPerRoom: 50 },
    });
  }

  readonly #translates = { en: createTranslate('en', en), fr: createTranslate('fr', fr) };

  static async build(): Promise<House> {
    const folder = await mkdtemp(join(tmpdir(), 'linkello-rooms-'));
    return new House(await openDatabase(join(folder, 'house.sqlite')), folder);
  }

  async close(): Promise<void> {
    await this.database.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Somebody with an account; their organisation is made if it is not there. */
  async person(name: string, role: Role = 'member', organisation = 'north'): Promise<Person> {
    await this.database('organisations')
      .insert({
        id: organisation,
        name: organisation,
        sort_name: organisation,
        status: 'active',
        started_at: 0,
        created_at: 0,
      })
      .onConflict('id')
      .ignore();
    const person: Person = {
      id: newId(),
      organisationId: organisation,
      email: `${sortName(name).replaceAll(' ', '.')}@example.org`,
      name,
      language: 'en',
      role,
      status: 'active',
      createdAt: this.now,
      signedInAt: null,
    };
    await this.database('people').insert({
      id: person.id,
      organisation_id: organisation,
      email: person.email,
      name,
      sort_name: sortName(name),
      language: 'en',
      role,
      status: 'active',
      created_at: this.now,
    });
    return person;
  }

  /** A room of somebody's. */
  async room(
    person: Person,
    changes: Partial<RoomChanges> = {},
    slug: string | null = null,
    hostEmail: string | null = null,
  ): Promise<Room> {
    const made = await this.rooms.make(
      actorOf(person),
      { person, scope: reachOf(person) },
      { changes: { ...usual, ...changes }, slug, hostEmail },
    );
    if ('faults' in made) throw new Error(JSON.stringify(made.faults));
    return made.room;
  }

  inviter(person: Person): Inviter {
    return {
      actor: actorOf(person),
      scope: reachOf(person),
      head: {
        siteName: 'Clinic North',
        inviterName: person.name,
        organizerEmail: 'no-reply@example.org',
        urlOf: (path) => `https://meet.example.org${path}`,
        translates: this.#translates,
      },
    };
  }

  /** All letters, in the order that they were posted in. */
  async letters(): Promise<Posted[]> {
    const rows: (Omit<Posted, 'attachments'> & { attachments: string })[] = await this.database('letters')
      .orderByRaw('rowid')
      .select('*');
    return rows.map((row) => ({ ...row, attachments: JSON.parse(row.attachments) }));
  }

  /** Says that every letter went out. */
  async sendLetters(): Promise<void> {
    await this.database('letters').where({ state: 'waiting' }).update({ state: 'sent' });
  }

  async audited(): Promise<{ action: string; object_id: string; details: string }[]> {
    return this.database('audit').orderBy('number').select('action', 'object_id', 'details');
  }
}

export const usual: RoomChanges = {
  name: 'Weekly review',
  kind: 'permanent',
  access: 'invited',
  hasLobby: false,
  needsHost: false,
  timeZone: 'Europe/Paris',
  openingHours: null,
  maxParticipants: null,
  expiresAt: null,
};

export const actorOf = ({ id }: Person) => ({ kind: 'person', id, requestId: null }) as const;

export function reachOf(person: Person): Scope {
  const scope = scopeOf(person, 'rooms.write');
  if (scope === null) throw new Error('they reach no rooms');
  return scope;
}
