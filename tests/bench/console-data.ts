import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { auditActions } from '../../app/audit/actions.ts';
import { CHAIN_START, hashOf, sealOf } from '../../app/audit/chain.ts';
import { openDatabase } from '../../app/database/open.ts';
import { DAY_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { newId } from '../../app/kernel/ids.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';

/** How many rows of each kind. Half of everything belongs to the first organisation, the rest to all. */
export interface Amounts {
  readonly organisations: number;
  readonly people: number;
  readonly rooms: number;
  readonly letters: number;
  readonly entries: number;
}

export interface Filled {
  readonly organisations: readonly string[];
  readonly people: readonly FilledPerson[];
  readonly rooms: readonly string[];
  readonly invitations: readonly string[];
  readonly letters: readonly string[];
}

export interface FilledPerson {
  readonly id: string;
  readonly organisationId: string;
  readonly email: string;
}

const firstNames =
  'Anna Émile Zoé Béatrice Chloé David Elif Fatou Gaël Hanna Inès Jean Karim Léa Marc Nadia Olivier Paul Quentin Rosa Sofia Théo Ugo Vera Wim Xenia Yann'.split(
    ' ',
  );
const syllables =
  'bar bel ca cor da del fa fon ga ger ha hol ka ker la lin ma mer na nel pa per ra ros sa sel ta ton va vin'.split(
    ' ',
  );
const lastName = (index: number) => {
  const parts = [index, Math.floor(index / 30), Math.floor(index / 900)].map(
    (each) => syllables[each % 30] ?? '',
  );
  const word = parts.join('');
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
};

/**
 * Fills a new database by plain SQL, without waiting for the disk: a hundred thousand accounts take seconds. The audit
 * log is a valid chain.
 *
 * @param key seals the audit log.
 */
export async function fillDatabase(file: string, key: string, amounts: Amounts): Promise<Filled> {
  // The schema is the app's own.
  await (await openDatabase(file)).destroy();
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
    const indexes = database
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
      .all() as { name: string; sql: string }[];
    const writer = new Writer(database);
    database.exec('BEGIN');
    // Made once all rows are there, an index takes a fraction of the time.
    for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
    const organisations = writer.organisations(amounts.organisations);
    const people = writer.people(amounts.people, organisations);
    const { rooms, invitations } = writer.rooms(amounts.rooms, people);
    const letters = writer.letters(amounts.letters, people);
    writer.entries(amounts.entries, { key, people, rooms });
    for (const { sql } of indexes) database.exec(sql);
    database.exec('COMMIT');
    database.exec('PRAGMA journal_mode = WAL');
    return { organisations, people, rooms, invitations, letters };
  } finally {
    database.close();
  }
}

class Writer {
  readonly #database: DatabaseSync;
  readonly #now = Date.now();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** A statement that inserts rows of one shape. */
  #inserter(table: string, columns: readonly string[]): (...values: SQLInputValue[]) => void {
    const marks = columns.map(() => '?').join(', ');
    const statement = this.#database.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`,
    );
    return (...values) => void statement.run(...values);
  }

  #words(table: string, key: string): (id: string, ...texts: string[]) => void {
    const insert = this.#inserter(table, ['word', key]);
    return (id, ...texts) => {
      for (const word of searchWords(...texts)) insert(word, id);
    };
  }

  /** Instants over the last year, each of its own. */
  #past(index: number, of: number): number {
    return this.#now - Math.floor(((of - index) / of) * 365 * DAY_MS) - MINUTE_MS;
  }

  organisations(count: number): string[] {
    const insert = this.#inserter('organisations', [
      'id',
      'name',
      'sort_name',
      'status',
      'started_at',
      'created_at',
    ]);
    return Array.from({ length: count }, (_, index) => {
      const [id, name, at] = [newId(), `Clinique ${lastName(index)} ${index}`, this.#past(index, count)];
      insert(id, name, sortName(name), 'active', at, at);
      return id;
    });
  }

  people(count: number, organisations: readonly string[]): FilledPerson[] {
    const insert = this.#inserter('people', [
      'id',
      'organisation_id',
      'email',
      'name',
      'sort_name',
      'language',
      'role',
      'status',
      'created_at',
    ]);
    const words = this.#words('people_words', 'person_id');
    return Array.from({ length: count }, (_, index) => {
      const id = newId();
      const organisationId = spread(organisations, index);
      const name = `${firstNames[index % firstNames.length]} ${lastName(index)}`;
      const email = `${sortName(name).replaceAll(' ', '.')}.${index}@clinic-${index % organisations.length}.example`;
      const role = index % 500 === 7 ? 'administrator' : 'member';
      const status = index % 1000 === 9 ? 'blocked' : 'active';
      insert(id, organisationId, email, name, sortName(name), 'fr', role, status, this.#past(index, count));
      words(id, name, email);
      return { id, organisationId, email };
    });
  }

  rooms(count: number, people: readonly FilledPerson[]): { rooms: string[]; invitations: string[] } {
    const insert = this.#inserter('rooms', [
      'id',
      'organisation_id',
      'person_id',
      'slug',
      'name',
      'sort_name',
      'kind',
      'access',
      'has_lobby',
      'needs_host',
      'time_zone',
      'created_at',
    ]);
    const invite = this.#inserter('invitations', [
      'id',
      'room_id',
      'name',
      'language',
      'sequence',
      'expires_at',
      'created_at',
    ]);
    const words = this.#words('rooms_words', 'room_id');
    const rooms: string[] = [];
    const invitations: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const person = people[(index * 7) % people.length] as FilledPerson;
      const [id, invitationId, at] = [newId(), newId(), this.#past(index, count)];
      const name = `Consultation ${lastName(index)} ${index}`;
      const slug = sortName(name).replaceAll(' ', '-');
      insert(
        id,
        person.organisationId,
        person.id,
        slug,
        name,
        sortName(name),
        'permanent',
        'anyone',
        0,
        0,
        'Europe/Paris',
        at,
      );
      words(id, name, slug);
      invite(invitationId, id, `Patient ${index}`, 'fr', 0, this.#now + 30 * DAY_MS, at);
      rooms.push(id);
      invitations.push(invitationId);
    }
    return { rooms, invitations };
  }

  letters(count: number, people: readonly FilledPerson[]): string[] {
    const insert = this.#inserter('letters', [
      'id',
      'kind',
      'organisation_id',
      'person_id',
      'sensitive',
      'state',
      'attempts',
      'next_attempt_at',
      'created_at',
      'done_at',
      'language',
      'recipient',
      'recipient_name',
      'site_name',
      'subject',
      'text',
      'html',
      'attachments',
    ]);
    const words = this.#words('letters_words', 'letter_id');
    const far = this.#now + 365 * DAY_MS;
    return Array.from({ length: count }, (_, index) => {
      const id = newId();
      const person = people[(index * 3) % people.length] as FilledPerson;
      const isWaiting = index % 50 === 0;
      const isGivenUp = index % 50 === 1;
      const state = isWaiting ? 'waiting' : isGivenUp ? 'given_up' : 'sent';
      // Those of the last month: older ones are taken away.
      const at = this.#now - Math.floor(((count - index) / count) * 25 * DAY_MS) - MINUTE_MS;
      const content = isWaiting ? 'Bonjour '.repeat(100) : '';
      insert(
        id,
        'account_made',
        person.organisationId,
        person.id,
        0,
        state,
        1,
        isWaiting ? far : at,
        at,
        isWaiting ? null : at,
        'fr',
        person.email,
        `Patient ${index}`,
        'Clinique',
        content.slice(0, 50),
        content,
        content,
        '[]',
      );
      words(id, `Patient ${index}`, person.email);
      return id;
    });
  }

  entries(
    count: number,
    {
      key,
      people,
      rooms,
    }: { readonly key: string; readonly people: readonly FilledPerson[]; readonly rooms: readonly string[] },
  ): void {
    const insert = this.#inserter('audit', [
      'number',
      'at',
      'action',
      'actor_kind',
      'actor_id',
      'organisation_id',
      'object_kind',
      'object_id',
      'details',
      'request_id',
      'previous_hash',
      'hash',
    ]);
    let previous = CHAIN_START;
    for (let number = 1; number <= count; number += 1) {
      // Few do most, as in life: every second entry is by one of ten.
      const actor = people[number % 2 === 0 ? number % 10 : (number * 13) % people.length] as FilledPerson;
      const row = {
        number,
        at: this.#past(number, count),
        action: auditActions[(number * 31) % auditActions.length] as string,
        actor_kind: 'person',
        actor_id: actor.id,
        organisation_id: actor.organisationId,
        object_kind: 'room',
        object_id: rooms[(number * 17) % rooms.length] ?? null,
        details: '{"fields":["name"]}',
        request_id: '0123456789ab',
        previous_hash: previous,
      };
      const hash = hashOf(row, key);
      insert(...Object.values(row), hash);
      previous = hash;
    }
    if (count === 0) return;
    const head = { number: count, hash: previous };
    this.#inserter('audit_head', ['only', 'number', 'hash', 'seal'])(
      1,
      head.number,
      head.hash,
      sealOf(head, key),
    );
  }
}

/** Half of all to the first, the rest to each in turn. */
function spread(organisations: readonly string[], index: number): string {
  const which = index % 2 === 0 ? 0 : Math.floor(index / 2) % organisations.length;
  return organisations[which] ?? '';
}
