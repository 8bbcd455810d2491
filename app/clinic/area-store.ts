import { type ListQuery, pageBy, type Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { ADMITTED } from '../identity/admitted.ts';
import type { Scope } from '../kernel/permissions.ts';
import { sortName } from '../kernel/search-words.ts';
import type { Area, AreaMember, AreaRole } from './area.ts';
import { type AreaRow, areaOf, columnsOf } from './area-rows.ts';

/** An area, and how many people work there. */
export interface ListedArea extends Area {
  readonly sortName: string;
  readonly organisationName: string;
  readonly members: number;
}

type ListedRow = AreaRow & { readonly organisation_name: string; readonly members: number };

const listedOf = (row: ListedRow): ListedArea => ({
  ...areaOf(row),
  sortName: row.sort_name,
  organisationName: row.organisation_name,
  members: row.members,
});

/** Limits a query of `areas` to those that a scope reaches: one's own are those that one manages. */
function within<Rows extends Query>(query: Rows, scope: Scope): Rows {
  if (scope.kind === 'organisation')
    return query.where({ 'areas.organisation_id': scope.organisationId }) as Rows;
  if (scope.kind === 'own') {
    query.whereRaw(
      "areas.id IN (SELECT area_id FROM area_members WHERE person_id = ? AND role = 'manager')",
      [scope.personId],
    );
  }
  return query;
}

const listed = (database: Database | Transaction) =>
  database('areas')
    .leftJoin('organisations', 'organisations.id', 'areas.organisation_id')
    .select(
      'areas.*',
      'organisations.name as organisation_name',
      database.raw('(SELECT count(*) FROM area_members WHERE area_members.area_id = areas.id) AS members'),
    );

/** A page of the areas that a scope reaches. There are few: words are looked for in their names as they stand. */
export async function listAreas(
  database: Database,
  scope: Scope,
  { words, page }: ListQuery,
): Promise<ListedArea[]> {
  const query = within(listed(database), scope);
  for (const word of words) query.whereRaw('instr(areas.sort_name, ?) > 0', [word]);
  const rows: ListedRow[] = await pageBy(query, page, 'areas.id');
  return rows.map(listedOf);
}

/** An area that a scope reaches. */
export async function findArea(
  database: Database | Transaction,
  scope: Scope,
  id: string,
): Promise<ListedArea | null> {
  const row: ListedRow | undefined = await within(listed(database), scope).where({ 'areas.id': id }).first();
  return row === undefined ? null : listedOf(row);
}

/** An area, whoever asks. */
export async function readArea(database: Database | Transaction, id: string): Promise<Area | null> {
  const row: AreaRow | undefined = await database('areas').where({ id }).first();
  return row === undefined ? null : areaOf(row);
}

/** The area behind a door; null where there is none, or its organisation is no client any more. */
export async function areaAt(database: Database | Transaction, slug: string): Promise<Area | null> {
  const row: AreaRow | undefined = await database('areas')
    .join('organisations', 'organisations.id', 'areas.organisation_id')
    .where({ 'areas.slug': slug, 'organisations.status': 'active' })
    .first('areas.*');
  return row === undefined ? null : areaOf(row);
}

/** All areas whose organisation is a client, or those of one. */
export async function activeAreas(
  database: Database | Transaction,
  organisationId: string | null = null,
): Promise<Area[]> {
  const query = database('areas')
    .join('organisations', 'organisations.id', 'areas.organisation_id')
    .where({ 'organisations.status': 'active' })
    .orderBy('areas.sort_name')
    .select('areas.*');
  if (organisationId !== null) query.where({ 'areas.organisation_id': organisationId });
  const rows: AreaRow[] = await query;
  return rows.map(areaOf);
}

export async function isAreaSlugTaken(transaction: Transaction, slug: string): Promise<boolean> {
  return (await transaction('areas').where({ slug }).first('id')) !== undefined;
}

export async function insertArea(transaction: Transaction, area: Area): Promise<void> {
  await transaction('areas').insert({
    id: area.id,
    organisation_id: area.organisationId,
    slug: area.slug,
    ...columnsOf(area),
    sort_name: sortName(area.name),
    suspended_at: area.suspendedAt,
    number_day: '',
    last_number: 0,
    version: area.version,
    created_at: area.createdAt,
  });
}

/** Writes an area over the version before it. False: somebody else was quicker. */
export async function updateArea(transaction: Transaction, area: Area): Promise<boolean> {
  const count = await transaction('areas')
    .where({ id: area.id, version: area.version })
    .update({
      ...columnsOf(area),
      sort_name: sortName(area.name),
      suspended_at: area.suspendedAt,
      version: area.version + 1,
    });
  return count === 1;
}

/** The next number of an area's day, `2027-01-05`: from 1. */
export async function nextNumber(transaction: Transaction, areaId: string, day: string): Promise<number> {
  await transaction('areas')
    .where({ id: areaId })
    .update({
      last_number: transaction.raw('CASE WHEN number_day = ? THEN last_number + 1 ELSE 1 END', [day]),
      number_day: day,
    });
  const row: { last_number: number } | undefined = await transaction('areas')
    .where({ id: areaId })
    .first('last_number');
  return row?.last_number ?? 1;
}

interface MemberRow {
  readonly area_id: string;
  readonly person_id: string;
  readonly name: string;
  readonly email: string;
  readonly role: AreaRole;
  readonly gets_letters: 0 | 1;
}

const memberOf = (row: MemberRow): AreaMember => ({
  areaId: row.area_id,
  personId: row.person_id,
  name: row.name,
  email: row.email,
  role: row.role,
  getsLetters: row.gets_letters === 1,
});

/** Who works in areas, by name; only people who can sign in. */
export async function membersOf(
  database: Database | Transaction,
  areaIds: readonly string[],
): Promise<AreaMember[]> {
  const rows: MemberRow[] = await database('area_members')
    .join('people', 'people.id', 'area_members.person_id')
    .join('organisations', 'organisations.id', 'people.organisation_id')
    .whereIn('area_members.area_id', areaIds)
    .whereRaw(ADMITTED)
    .orderBy(['people.sort_name', 'people.id'])
    .select(
      'area_members.area_id',
      'area_members.person_id',
      'area_members.role',
      'area_members.gets_letters',
      'people.name',
      'people.email',
    );
  return rows.map(memberOf);
}

export async function setMember(
  transaction: Transaction,
  { areaId, personId, role, getsLetters }: Pick<AreaMember, 'areaId' | 'personId' | 'role' | 'getsLetters'>,
  now: number,
): Promise<void> {
  await transaction('area_members')
    .insert({
      area_id: areaId,
      person_id: personId,
      role,
      gets_letters: Number(getsLetters),
      created_at: now,
    })
    .onConflict(['area_id', 'person_id'])
    .merge(['role', 'gets_letters']);
}

export async function deleteMember(
  transaction: Transaction,
  areaId: string,
  personId: string,
): Promise<boolean> {
  return (await transaction('area_members').where({ area_id: areaId, person_id: personId }).delete()) === 1;
}
