import type { Query } from '../../../database/keyset.ts';
import type { Database, Transaction } from '../../../database/open.ts';
import type { Language } from '../../../kernel/languages.ts';
import type { AreaRole } from '../../area.ts';
import { areaPermissions } from '../../area-permissions.ts';
import type { CalendarFeed } from './feed.ts';

interface FeedRow {
  readonly id: string;
  readonly area_id: string;
  readonly area_name: string;
  readonly organisation_id: string;
  readonly person_id: string;
  readonly language: Language;
  readonly role: AreaRole;
  readonly has_names: 0 | 1;
  readonly created_at: number;
}

const feedOf = (row: FeedRow): CalendarFeed => ({
  id: row.id,
  areaId: row.area_id,
  areaName: row.area_name,
  organisationId: row.organisation_id,
  personId: row.person_id,
  language: row.language,
  role: row.role,
  hasNames: row.has_names === 1,
  createdAt: row.created_at,
});

/** Feeds of those who work in their area now, and may see its appointments: nobody else's shows anything. */
const living = (database: Database | Transaction): Query =>
  database('calendar_feeds')
    .join('areas', 'areas.id', 'calendar_feeds.area_id')
    .join('people', 'people.id', 'calendar_feeds.person_id')
    .join('organisations', 'organisations.id', 'people.organisation_id')
    .joinRaw(
      'JOIN area_members ON area_members.area_id = calendar_feeds.area_id AND area_members.person_id = calendar_feeds.person_id',
    )
    .leftJoin('calendar_feed_names', 'calendar_feed_names.area_id', 'calendar_feeds.area_id')
    .where({ 'people.status': 'active', 'organisations.status': 'active' })
    .whereRaw('people.organisation_id = areas.organisation_id')
    .whereIn('area_members.role', [...areaPermissions['appointments.read']])
    .select(
      'calendar_feeds.*',
      'areas.name as area_name',
      'areas.organisation_id',
      'people.language',
      'area_members.role',
      database.raw('(calendar_feed_names.area_id IS NOT NULL) AS has_names'),
    );

export async function feedsOf(
  database: Database | Transaction,
  personId: string,
  limit: number,
): Promise<CalendarFeed[]> {
  const rows: FeedRow[] = await living(database)
    .where({ 'calendar_feeds.person_id': personId })
    .orderBy('calendar_feeds.created_at')
    .limit(limit);
  return rows.map(feedOf);
}

export async function findFeed(database: Database, id: string): Promise<CalendarFeed | null> {
  const row: FeedRow | undefined = await living(database).where({ 'calendar_feeds.id': id }).first();
  return row === undefined ? null : feedOf(row);
}

export async function insertFeed(
  transaction: Transaction,
  feed: Pick<CalendarFeed, 'id' | 'areaId' | 'personId' | 'createdAt'>,
): Promise<void> {
  await transaction('calendar_feeds').insert({
    id: feed.id,
    area_id: feed.areaId,
    person_id: feed.personId,
    created_at: feed.createdAt,
  });
}

/** How many feeds somebody has, counted up to `most`; those that show nothing any more too. */
export async function countFeeds(transaction: Transaction, personId: string, most: number): Promise<number> {
  const rows: unknown[] = await transaction('calendar_feeds')
    .where({ person_id: personId })
    .limit(most)
    .select('id');
  return rows.length;
}

/** Answers the area of what was deleted; null for nothing. */
export async function deleteFeed(
  transaction: Transaction,
  { id, personId }: { readonly id: string; readonly personId: string },
): Promise<string | null> {
  const row: { area_id: string } | undefined = await transaction('calendar_feeds')
    .where({ id, person_id: personId })
    .first('area_id');
  await transaction('calendar_feeds').where({ id, person_id: personId }).delete();
  return row?.area_id ?? null;
}

/** Areas that want names in calendars. */
export async function areasWithNames(
  database: Database,
  areaIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const ids: string[] = await database('calendar_feed_names')
    .whereIn('area_id', [...areaIds])
    .pluck('area_id');
  return new Set(ids);
}

export async function setNames(transaction: Transaction, areaId: string, hasNames: boolean): Promise<void> {
  if (hasNames)
    await transaction('calendar_feed_names').insert({ area_id: areaId }).onConflict('area_id').ignore();
  else await transaction('calendar_feed_names').where({ area_id: areaId }).delete();
}
