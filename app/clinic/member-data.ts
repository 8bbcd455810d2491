import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type CategoryStore, isoOf, type RetentionTerms, type Subject } from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import { notHeld } from '../inventory/legal-holds.ts';
import type { AreaRole } from './area.ts';

function membershipsOf(database: Database | Transaction, subject: Subject): Query {
  const members = database('area_members');
  if (subject.kind === 'organisation')
    return members.whereIn('area_id', database('areas').where({ organisation_id: subject.id }).select('id'));
  if (subject.kind === 'person') return members.where({ person_id: subject.id });
  return members.whereIn('person_id', database('people').where({ email: subject.email }).select('id'));
}

/** Areas of organisations that are no clients any more. */
function areasOver(database: Database | Transaction, terms: RetentionTerms): Query {
  const areas = database('areas').whereIn('organisation_id', endedLongAgo(database, terms));
  return notHeld(areas, terms, 'areas.organisation_id');
}

/** Who works in which area. Areas go with their organisation, and its memberships with them. */
export const memberStore: CategoryStore = {
  async collect(database, subject) {
    const rows: { name: string; role: AreaRole; gets_letters: 0 | 1; created_at: number }[] =
      await membershipsOf(database, subject)
        .join('areas', 'areas.id', 'area_members.area_id')
        .select('areas.name', 'area_members.role', 'area_members.gets_letters', 'area_members.created_at');
    return rows.map((row) => ({
      area: row.name,
      role: row.role,
      getsLetters: row.gets_letters === 1,
      since: isoOf(row.created_at),
    }));
  },

  async erase(transaction, subject) {
    const count = await membershipsOf(transaction, subject).delete();
    if (subject.kind === 'organisation')
      await transaction('areas').where({ organisation_id: subject.id }).delete();
    return count;
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await areasOver(transaction, terms).limit(limit).pluck('areas.id');
    if (ids.length === 0) return 0;
    const members = await transaction('area_members').whereIn('area_id', ids).delete();
    return members + (await transaction('areas').whereIn('id', ids).delete());
  },

  async count(database, terms) {
    const due = database('area_members').whereIn('area_id', areasOver(database, terms).select('areas.id'));
    return { total: await countOf(database('area_members')), due: await countOf(due) };
  },
};
