import type { Language } from '../../kernel/languages.ts';
import type { AppointmentState, PatientAppointment, PatientReply, Reminder } from './appointment.ts';

/** A row of `appointments`, with the names of what it belongs to. */
export interface AppointmentRow {
  readonly id: string;
  readonly area_id: string;
  readonly organisation_id: string;
  readonly area_name: string;
  readonly clinician_id: string | null;
  readonly clinician_name: string | null;
  readonly slot_id: string | null;
  readonly patient_name: string;
  readonly email: string | null;
  readonly language: Language;
  readonly starts_at: number;
  readonly ends_at: number;
  readonly time_zone: string;
  readonly state: AppointmentState;
  readonly reply: PatientReply;
  readonly wish: string | null;
  readonly wished_slot_id: string | null;
  readonly replied_at: number | null;
  readonly arrived_at: number | null;
  readonly external_system: string | null;
  readonly external_value: string | null;
  readonly sequence: number;
  readonly link_generation: number;
  readonly version: number;
  readonly told_at: number;
  readonly reminded: Reminder | 'none';
  readonly letter_id: string | null;
  readonly made_by: string | null;
  readonly created_at: number;
  readonly changed_at: number;
}

export function appointmentOf(row: AppointmentRow): PatientAppointment {
  return {
    id: row.id,
    areaId: row.area_id,
    organisationId: row.organisation_id,
    areaName: row.area_name,
    clinicianId: row.clinician_id,
    clinicianName: row.clinician_name,
    slotId: row.slot_id,
    patientName: row.patient_name,
    email: row.email,
    language: row.language,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    timeZone: row.time_zone,
    state: row.state,
    reply: row.reply,
    wish: row.wish,
    wishedSlotId: row.wished_slot_id,
    repliedAt: row.replied_at,
    arrivedAt: row.arrived_at,
    external:
      row.external_value === null ? null : { system: row.external_system ?? '', value: row.external_value },
    sequence: row.sequence,
    linkGeneration: row.link_generation,
    version: row.version,
    toldAt: row.told_at,
    reminded: row.reminded,
    letterId: row.letter_id,
    madeBy: row.made_by,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

/** The columns that an appointment is written to, but for its id, version and area. */
export function columnsOf(appointment: PatientAppointment) {
  return {
    clinician_id: appointment.clinicianId,
    slot_id: appointment.slotId,
    patient_name: appointment.patientName,
    email: appointment.email,
    language: appointment.language,
    starts_at: appointment.startsAt,
    ends_at: appointment.endsAt,
    time_zone: appointment.timeZone,
    state: appointment.state,
    reply: appointment.reply,
    wish: appointment.wish,
    wished_slot_id: appointment.wishedSlotId,
    replied_at: appointment.repliedAt,
    arrived_at: appointment.arrivedAt,
    external_system: appointment.external?.system ?? null,
    external_value: appointment.external?.value ?? null,
    sequence: appointment.sequence,
    link_generation: appointment.linkGeneration,
    told_at: appointment.toldAt,
    reminded: appointment.reminded,
    letter_id: appointment.letterId,
    made_by: appointment.madeBy,
    created_at: appointment.createdAt,
    changed_at: appointment.changedAt,
  };
}
