import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { endedLongAgo } from '../../inventory/ended-organisations.ts';
import { notHeld, notOfHeldAddress } from '../../inventory/legal-holds.ts';
import type { AppointmentState } from './appointment.ts';

/** How long an appointment is kept after its time, in days: long enough for another system to read how it went. */
const APPOINTMENT_DAYS = 7;

const endedAreas = (database: Database | Transaction, terms: RetentionTerms) =>
  database('areas').whereIn('organisation_id', endedLongAgo(database, terms)).select('id');

/** Why appointments go: each is a query that an index answers. */
function reasons(database: Database | Transaction, terms: RetentionTerms): readonly Query[] {
  const appointments = () => {
    const rows = database('appointments').select('appointments.id');
    notOfHeldAddress(rows, terms, 'appointments.email');
    return notHeld(rows, terms, 'appointments.clinician_id', 'appointments.made_by');
  };
  return [
    appointments().where('ends_at', '<=', cutOff(terms, APPOINTMENT_DAYS)),
    appointments().whereIn('appointments.area_id', endedAreas(database, terms)),
  ];
}

/** Times that are over, of which nobody has to know any more whose they were. */
function slotsOver(database: Database | Transaction, terms: RetentionTerms): Query {
  const slots = database('slots').where('ends_at', '<=', cutOff(terms, APPOINTMENT_DAYS)).select('slots.id');
  return notHeld(slots, terms, 'slots.clinician_id');
}

/** Appointments of a patient, or of an organisation. */
function appointmentsOf(database: Database | Transaction, subject: Subject): Query {
  const appointments = database('appointments');
  if (subject.kind !== 'organisation') return appointments.where({ email: subject.email });
  return appointments.whereIn(
    'area_id',
    database('areas').where({ organisation_id: subject.id }).select('id'),
  );
}

interface CollectedRow {
  readonly patient_name: string;
  readonly email: string | null;
  readonly language: string;
  readonly starts_at: number;
  readonly ends_at: number;
  readonly state: AppointmentState;
  readonly reply: string;
  readonly wish: string | null;
  readonly external_value: string | null;
  readonly created_at: number;
}

/** Who is expected when, and the free times that appointments are made from. */
export const appointmentStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, APPOINTMENT_DAYS),

  /** Of a patient's own all that they say; of those that somebody made or has with patients, only when they are. */
  async collect(database, subject) {
    const rows: CollectedRow[] = await database('appointments')
      .whereIn('id', appointmentsOf(database, subject).select('id'))
      .modify((each) => {
        if (subject.kind === 'person')
          each.orWhere({ made_by: subject.id }).orWhere({ clinician_id: subject.id });
      })
      .orderBy('starts_at');
    return rows.map((row) => {
      const isOther = subject.kind === 'person' && row.email !== subject.email;
      return {
        kind: isOther ? 'with somebody else' : 'appointment',
        name: isOther ? null : row.patient_name,
        email: isOther ? null : row.email,
        language: isOther ? null : row.language,
        startsAt: isoOf(row.starts_at),
        endsAt: isoOf(row.ends_at),
        state: row.state,
        reply: isOther ? null : row.reply,
        wish: isOther ? null : row.wish,
        reference: isOther ? null : row.external_value,
        createdAt: isoOf(row.created_at),
      };
    });
  },

  /** Letters about them that still wait are erased too; the time that one had is free for others. */
  async erase(transaction, subject) {
    const waiting = appointmentsOf(transaction, subject).whereNotNull('letter_id').select('letter_id');
    await transaction('letters').whereIn('id', waiting).whereRaw("state = 'waiting'").delete();
    const taken = appointmentsOf(transaction, subject).whereNotNull('slot_id').select('slot_id');
    await transaction('slots').whereIn('id', taken).where({ state: 'busy' }).update({ state: 'free' });
    if (subject.kind === 'organisation') {
      const areas = transaction('areas').where({ organisation_id: subject.id }).select('id');
      await transaction('slots').whereIn('area_id', areas).delete();
    }
    return appointmentsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    for (const reason of reasons(transaction, terms)) {
      const ids: string[] = await reason.limit(limit).pluck('appointments.id');
      if (ids.length > 0) return transaction('appointments').whereIn('id', ids).delete();
    }
    const slots: string[] = await slotsOver(transaction, terms).limit(limit).pluck('slots.id');
    return transaction('slots').whereIn('id', slots).delete();
  },

  async count(database, terms) {
    const [first, ...others] = reasons(database, terms);
    const due = database.from(first?.union([...others]).as('due') ?? 'appointments');
    const slots = await countOf(slotsOver(database, terms));
    const total = (await countOf(database('appointments'))) + (await countOf(database('slots')));
    return { total, due: (await countOf(due)) + slots };
  },
};
