import { type ListQuery, pageBy, type Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { withWords } from '../database/word-search.ts';
import type { Scope } from '../kernel/permissions.ts';
import { searchWords, sortName } from '../kernel/search-words.ts';
import type { Room } from './room.ts';
import { columnsOf, type RoomRow, roomColumns, roomOf } from './room-rows.ts';

/** A room with the names of whose it is. */
export interface ListedRoom extends Room {
  readonly sortName: string;
  /** Null once the account is gone. */
  readonly hostName: string | null;
  readonly hostEmail: string | null;
  readonly organisationName: string;
}

interface ListedRow extends RoomRow {
  readonly sort_name: string;
  readonly host_name: string | null;
  readonly host_email: string | null;
  readonly organisation_name: string;
}

const listedColumns = [
  ...roomColumns,
  'rooms.sort_name',
  'people.name as host_name',
  'people.email as host_email',
  'organisations.name as organisation_name',
] as const;

const listedOf = (row: ListedRow): ListedRoom => ({
  ...roomOf(row),
  sortName: row.sort_name,
  hostName: row.host_name,
  hostEmail: row.host_email,
  organisationName: row.organisation_name,
});

/** Limits a query of `rooms` to those that a scope reaches. Hidden ones are in no list, and nobody's to change. */
function within<Rows extends Query>(query: Rows, scope: Scope): Rows {
  query.whereRaw('rooms.is_hidden = 0');
  if (scope.kind === 'organisation')
    return query.where({ 'rooms.organisation_id': scope.organisationId }) as Rows;
  if (scope.kind === 'own') return query.where({ 'rooms.person_id': scope.personId }) as Rows;
  return query;
}

// Left joins, so that SQLite begins with the rooms, in the order of their index.
const listed = (database: Database | Transaction) =>
  database('rooms')
    .leftJoin('people', 'people.id', 'rooms.person_id')
    .leftJoin('organisations', 'organisations.id', 'rooms.organisation_id')
    .select(...listedColumns);

/** A page of the rooms that a scope reaches. */
export async function listRooms(
  database: Database,
  scope: Scope,
  { words, page }: ListQuery,
): Promise<ListedRoom[]> {
  const { query } = await withWords(database, within(listed(database), scope), words, {
    table: 'rooms_words',
    key: 'room_id',
    id: 'rooms.id',
  });
  const rows: ListedRow[] = await pageBy(query, page, 'rooms.id');
  return rows.map(listedOf);
}

/** A room that a scope reaches. */
export async function findRoom(
  database: Database | Transaction,
  scope: Scope,
  id: string,
): Promise<ListedRoom | null> {
  const row: ListedRow | undefined = await within(listed(database), scope).where({ 'rooms.id': id }).first();
  return row === undefined ? null : listedOf(row);
}

/** Somebody's own rooms, the newest first. */
export async function newestRoomsOf(
  database: Database,
  personId: string,
  limit: number,
): Promise<Pick<Room, 'id' | 'name' | 'slug'>[]> {
  return database('rooms')
    .where({ person_id: personId })
    .whereRaw('is_hidden = 0')
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select('id', 'name', 'slug');
}

export async function isSlugTaken(transaction: Transaction, slug: string): Promise<boolean> {
  return (await transaction('rooms').where({ slug }).first('id')) !== undefined;
}

export async function insertRoom(transaction: Transaction, room: Room): Promise<void> {
  await transaction('rooms').insert(rowOf(room));
  await insertWords(transaction, room);
}

/** A room that is in no list and that no search finds, made for one occasion. */
export async function insertHiddenRoom(transaction: Transaction, room: Room): Promise<void> {
  await transaction('rooms').insert({ ...rowOf(room), is_hidden: 1 });
}

const rowOf = (room: Room) => ({
  id: room.id,
  organisation_id: room.organisationId,
  person_id: room.personId,
  ...columnsOf(room),
  sort_name: sortName(room.name),
  version: room.version,
  created_at: room.createdAt,
});

/** Writes a room over the version before it. False: somebody else was quicker. */
export async function updateRoom(transaction: Transaction, room: Room): Promise<boolean> {
  const count = await transaction('rooms')
    .where({ id: room.id, version: room.version })
    .update({
      ...columnsOf(room),
      person_id: room.personId,
      sort_name: sortName(room.name),
      version: room.version + 1,
    });
  if (count === 0) return false;
  await transaction('rooms_words').where({ room_id: room.id }).delete();
  await insertWords(transaction, room);
  return true;
}

export async function deleteRoom(transaction: Transaction, id: string): Promise<boolean> {
  return (await transaction('rooms').where({ id }).delete()) === 1;
}

async function insertWords(transaction: Transaction, { id, name, slug }: Room): Promise<void> {
  await transaction('rooms_words').insert(searchWords(name, slug).map((word) => ({ word, room_id: id })));
}
