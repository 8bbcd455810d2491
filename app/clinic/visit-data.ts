import { countOf } from '../database/counting.ts';
import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import {
  type CategoryStore,
  type CollectedRecord,
  isoOf,
  type Subject,
} from '../inventory/category-store.ts';
import { deleteRoom } from '../rooms/store.ts';
import type { VisitField } from './area.ts';
import { dueField, dueVisits, expireField, expireVisits } from './expiry.ts';
import type { VisitRow } from './visit-rows.ts';

/**
 * Visits of a subject. Whoever gave no address cannot be found by it: what they said is gone by the end of the day, and
 * nothing else in a visit says who it was.
 */
function visitsOf(database: Database | Transaction, subject: Subject): Query {
  const visits = database('visits');
  return subject.kind === 'organisation'
    ? visits.where({ 'visits.organisation_id': subject.id })
    : visits.where({ 'visits.email': subject.email });
}

/** What patients answered to a question of the door: each is kept by its own time. */
export function fieldStore(fields: readonly VisitField[], order = 0): CategoryStore {
  const said = (database: Database | Transaction, field: VisitField) =>
    database('visits').whereNotNull(`visits.${field}`);
  return {
    order,
    cutOff: ({ now }) => now,

    async collect(database, subject) {
      const rows: Readonly<Record<VisitField, string | null>>[] = await visitsOf(database, subject)
        .orderBy('arrived_at')
        .select(...fields);
      return rows.filter((row) => fields.some((field) => row[field] !== null));
    },

    async erase(transaction, subject) {
      let count = 0;
      for (const field of fields)
        count += await visitsOf(transaction, subject)
          .whereNotNull(`visits.${field}`)
          .update({ [field]: null });
      return count;
    },

    async expire(transaction, terms, limit) {
      for (const field of fields) {
        const count = await expireField(transaction, field, terms, limit);
        if (count > 0) return count;
      }
      return 0;
    },

    async count(database, terms) {
      let [total, due] = [0, 0];
      for (const field of fields) {
        total += await countOf(said(database, field));
        due += await countOf(dueField(database, field, terms));
      }
      return { total, due };
    },
  };
}

/** The visits themselves: when somebody came, and who saw them. What hangs on one goes with it. */
export const visitStore: CategoryStore = {
  order: 1,
  cutOff: ({ now }) => now,

  /** Of staff the times at which they saw somebody: whom is somebody else's. */
  async collect(database, subject) {
    const own: VisitRow[] = await visitsOf(database, subject).orderBy('arrived_at');
    const seen: VisitRow[] =
      subject.kind === 'person'
        ? await database('visits').where({ taken_by: subject.id }).orderBy('arrived_at')
        : [];
    return [
      ...own.map((row) => ({ kind: 'visit', ...timesOf(row), state: row.state, language: row.language })),
      ...seen.map((row) => ({ kind: 'patient seen', ...timesOf(row), state: null, language: null })),
    ];
  },

  /** The room of a call that goes on, too: the link into it carries the patient's name. */
  async erase(transaction, subject) {
    const rooms = visitsOf(transaction, subject).whereNotNull('visits.room_id').select('visits.room_id');
    const ids: string[] = await transaction('rooms').whereIn('id', rooms).pluck('id');
    const count = await visitsOf(transaction, subject).delete();
    for (const id of ids) await deleteRoom(transaction, id);
    return count;
  },

  expire: (transaction, terms, limit) => expireVisits(transaction, terms, limit),

  async count(database, terms) {
    return { total: await countOf(database('visits')), due: await countOf(dueVisits(database, terms)) };
  },
};

const timesOf = (row: VisitRow): CollectedRecord => ({
  arrivedAt: isoOf(row.arrived_at),
  calledAt: isoOf(row.called_at),
  endedAt: isoOf(row.ended_at),
});

/** What staff wrote to patients. It goes with the visit. */
export const messageStore: CategoryStore = {
  cutOff: ({ now }) => now,

  async collect(database, subject) {
    const rows: { text: string; sent_at: number }[] = await messagesOf(database, subject)
      .orderBy('visit_messages.sent_at')
      .select('visit_messages.text', 'visit_messages.sent_at');
    return rows.map((row) => ({ text: row.text, sentAt: isoOf(row.sent_at) }));
  },

  async erase(transaction, subject) {
    const ids: string[] = await messagesOf(transaction, subject).pluck('visit_messages.id');
    let count = 0;
    for (let start = 0; start < ids.length; start += ID_BATCH)
      count += await transaction('visit_messages')
        .whereIn('id', ids.slice(start, start + ID_BATCH))
        .delete();
    return count;
  },

  async expire(transaction, terms, limit) {
    const visits = dueVisits(transaction, terms).select('visits.id');
    const ids: string[] = await transaction('visit_messages')
      .whereIn('visit_id', visits)
      .limit(limit)
      .pluck('id');
    return transaction('visit_messages').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    const due = database('visit_messages').whereIn(
      'visit_id',
      dueVisits(database, terms).select('visits.id'),
    );
    return { total: await countOf(database('visit_messages')), due: await countOf(due) };
  },
};

const ID_BATCH = 200;

/** Messages to a subject, and those that a person wrote. */
function messagesOf(database: Database | Transaction, subject: Subject): Query {
  const messages = database('visit_messages');
  return messages.where((each) => {
    each.whereIn('visit_messages.visit_id', visitsOf(database, subject).select('visits.id'));
    if (subject.kind === 'person') each.orWhere({ 'visit_messages.sent_by': subject.id });
  });
}
