import type { Database, Transaction } from '../database/open.ts';
import { type Outcome, openStates, type Visit, type VisitAct, visitActs } from './visit.ts';
import { type VisitRow, visitOf } from './visit-rows.ts';

export async function insertVisit(transaction: Transaction, row: VisitRow): Promise<void> {
  await transaction('visits').insert(row);
}

export async function findVisit(database: Database | Transaction, id: string): Promise<Visit | null> {
  const row: VisitRow | undefined = await database('visits').where({ id }).first();
  return row === undefined ? null : visitOf(row);
}

/** Which of these visits are not there any more. */
export async function goneOf(database: Database, ids: readonly string[]): Promise<readonly string[]> {
  const there = new Set<string>(
    await database('visits')
      .whereRaw('id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)])
      .pluck('id'),
  );
  return ids.filter((id) => !there.has(id));
}

/** The visit of a browser, by the hash of what it holds. */
export async function findVisitByToken(
  database: Database | Transaction,
  tokenHash: string,
): Promise<Visit | null> {
  const row: VisitRow | undefined = await database('visits').where({ token_hash: tokenHash }).first();
  return row === undefined ? null : visitOf(row);
}

/** Who is on their way in areas, in the order of the queue. */
export async function openVisits(
  database: Database | Transaction,
  areaIds: readonly string[],
): Promise<Visit[]> {
  const rows: VisitRow[] = await database('visits')
    .whereIn('area_id', areaIds)
    .whereRaw("state IN ('waiting', 'called', 'in_call')")
    .orderBy(['queue_at', 'id']);
  return rows.map(visitOf);
}

/** How many are on their way in an area. */
export async function countOpen(transaction: Transaction, areaId: string): Promise<number> {
  const [row] = await transaction('visits')
    .where({ area_id: areaId })
    .whereRaw("state IN ('waiting', 'called', 'in_call')")
    .count({ count: '*' });
  return Number(row?.count ?? 0);
}

/** What changes of a visit besides its state. */
export type VisitChanges = Partial<
  Pick<
    VisitRow,
    | 'area_id'
    | 'outcome'
    | 'number'
    | 'lost_at'
    | 'meant_for'
    | 'taken_by'
    | 'called_at'
    | 'note'
    | 'note_by'
    | 'room_id'
    | 'invitation_id'
    | 'told_late_at'
    | 'queue_at'
    | 'call_back'
    | 'call_back_at'
    | 'ended_at'
  >
>;

/**
 * Lets something happen to a visit that was read as this version. False: it is in no state in which that can happen, or
 * somebody else was quicker.
 */
export async function moveVisit(
  transaction: Transaction,
  { id, version }: Pick<Visit, 'id' | 'version'>,
  act: VisitAct,
  changes: VisitChanges,
  now: number,
): Promise<boolean> {
  const { from, to } = visitActs[act];
  const count = await transaction('visits')
    .where({ id, version })
    .whereIn('state', [...from])
    .update({ ...changes, state: to, state_at: now, version: version + 1 });
  return count === 1;
}

/** Changes a visit that stays in its state. */
export async function changeVisit(
  database: Database | Transaction,
  id: string,
  changes: VisitChanges,
): Promise<void> {
  await database('visits').where({ id }).update(changes);
}

/** Notes that somebody is at a patient's page, or since when nobody is. Answers whether that is new. */
export async function notePresence(
  database: Database | Transaction,
  id: string,
  lostAt: number | null,
): Promise<boolean> {
  const visit = database('visits').where({ id });
  if (lostAt === null) visit.whereNotNull('lost_at');
  return (await visit.update({ lost_at: lostAt })) === 1;
}

/** The app just started: nobody's page is open yet, and each place is kept from now on. */
export async function nobodyIsThere(database: Database | Transaction, now: number): Promise<void> {
  await database('visits')
    .whereRaw("state IN ('waiting', 'called', 'in_call')")
    .whereNull('lost_at')
    .update({ lost_at: now });
}

/** Who waits, and whose page was closed at this instant or before. */
export async function lostSince(database: Database, at: number): Promise<Visit[]> {
  const rows: VisitRow[] = await database('visits')
    .whereRaw("state = 'waiting' AND lost_at IS NOT NULL")
    .where('lost_at', '<=', at);
  return rows.map(visitOf);
}

/** Whose visit began so long ago that nobody sees them any more. */
export async function openSince(database: Database, at: number): Promise<Visit[]> {
  const rows: VisitRow[] = await database('visits')
    .whereIn('state', [...openStates, 'left'])
    .where('arrived_at', '<=', at);
  return rows.map(visitOf);
}

/** The visit whose call is in a room, by the room's slug. */
export async function visitInRoom(database: Database | Transaction, slug: string): Promise<Visit | null> {
  const row: VisitRow | undefined = await database('visits')
    .join('rooms', 'rooms.id', 'visits.room_id')
    .where({ 'rooms.slug': slug })
    .first('visits.*');
  return row === undefined ? null : visitOf(row);
}

/** The rooms in which patients are, or were when it was noted last. */
export async function slugsOfCalls(database: Database): Promise<string[]> {
  return database('visits')
    .join('rooms', 'rooms.id', 'visits.room_id')
    .whereRaw("visits.state IN ('waiting', 'called', 'in_call') AND visits.state = 'in_call'")
    .pluck('rooms.slug');
}

/** How long the last visits of an area took that were seen since an instant, in milliseconds. */
export async function durations(
  database: Database | Transaction,
  areaId: string,
  since: number,
  most: number,
): Promise<number[]> {
  const rows: { called_at: number; ended_at: number }[] = await database('visits')
    .where({ area_id: areaId, state: 'ended', outcome: 'seen' satisfies Outcome })
    .where('state_at', '>=', since)
    .whereNotNull('called_at')
    .orderBy('state_at', 'desc')
    .limit(most)
    .select('called_at', 'ended_at');
  return rows.map((row) => row.ended_at - row.called_at);
}
