import type { Language } from '../kernel/languages.ts';
import { type VisitField, visitFields } from './area.ts';
import type { CallBack, Outcome, Said, Visit, VisitState } from './visit.ts';

/** When each field is erased, once the visit is over. */
type FieldEnds = Readonly<Record<`${VisitField}_until`, number>>;

/** A row of `visits`. */
export interface VisitRow extends Said, FieldEnds {
  readonly id: string;
  readonly area_id: string;
  readonly organisation_id: string;
  readonly token_hash: string;
  readonly state: VisitState;
  readonly outcome: Outcome | null;
  readonly version: number;
  readonly language: Language;
  readonly host: string;
  readonly number: number;
  readonly until: number;
  readonly read_version: string | null;
  readonly appointment_id: string | null;
  readonly arrived_at: number;
  readonly queue_at: number;
  readonly state_at: number;
  readonly lost_at: number | null;
  readonly meant_for: string | null;
  readonly taken_by: string | null;
  readonly called_at: number | null;
  readonly note: string | null;
  readonly note_by: string | null;
  readonly room_id: string | null;
  readonly invitation_id: string | null;
  readonly told_late_at: number | null;
  readonly call_back: CallBack | null;
  readonly call_back_at: number | null;
  readonly ended_at: number | null;
}

export function visitOf(row: VisitRow): Visit {
  return {
    id: row.id,
    areaId: row.area_id,
    organisationId: row.organisation_id,
    state: row.state,
    outcome: row.outcome,
    version: row.version,
    language: row.language,
    host: row.host,
    number: row.number,
    said: saidOf(row),
    appointmentId: row.appointment_id,
    arrivedAt: row.arrived_at,
    queueAt: row.queue_at,
    stateAt: row.state_at,
    lostAt: row.lost_at,
    meantFor: row.meant_for,
    takenBy: row.taken_by,
    calledAt: row.called_at,
    note: row.note,
    noteBy: row.note_by,
    roomId: row.room_id,
    invitationId: row.invitation_id,
    callBack: row.call_back,
    endedAt: row.ended_at,
  };
}

function saidOf(row: VisitRow): Said {
  return Object.fromEntries(visitFields.map((field) => [field, row[field]])) as Said;
}
