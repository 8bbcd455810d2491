import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { auditActions } from '../../app/audit/actions.ts';
import { CHAIN_START, hashOf, sealOf } from '../../app/audit/chain.ts';
import { DAY_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { newId } from '../../app/kernel/ids.ts';
import { searchWords, sortName } from '../../app/kernel/search-words.ts';
import { dayOf, hourOf } from '../../app/statistics/calendar.ts';
import { NOTHING, sumNames } from '../../app/statistics/sums.ts';

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

/** Writes rows of each kind, like those that people make in a year. */
export class RowWriter {
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

  /** Facts of meetings, over two years: half of them are older than facts may be. */
  facts(count: number): void {
    const insert = this.#inserter('call_facts', ['id', 'day', 'hour', 'organisation', ...sumNames]);
    for (let index = 0; index < count; index += 1) {
      const at = this.#now - Math.floor((index / count) * 2 * 365 * DAY_MS);
      const sums = { ...NOTHING, meetings: 1, people: 5, minutes: 30, people_minutes: 150, largest: 5 };
      insert(newId(), dayOf(at), hourOf(at), null, ...sumNames.map((name) => sums[name]));
    }
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
