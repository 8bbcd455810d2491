import type { DataCategory } from '../inventory/data-category.ts';
import { memberStore } from './member-data.ts';
import { fieldStore, messageStore, visitStore } from './visit-data.ts';

/** What a department asks at its door: each by itself, with a time of its own. */
const asked = {
  activity: 'meetings',
  // Those who work in the area, and nobody else, whatever their role in the appliance.
  recipients: ['owner', 'administrator', 'member'],
  legalBasis: 'contract',
  subjects: ['guests'],
  retention: 'moment',
} as const satisfies Partial<DataCategory>;

export const patientNames: DataCategory = {
  ...asked,
  name: 'patient_names',
  fields: ['visits.name', 'visits.name_until'],
  store: fieldStore(['name']),
};

export const patientBirthDates: DataCategory = {
  ...asked,
  name: 'patient_birth_dates',
  fields: ['visits.birth_date', 'visits.birth_date_until'],
  store: fieldStore(['birth_date']),
};

export const patientCaseNumbers: DataCategory = {
  ...asked,
  name: 'patient_case_numbers',
  fields: ['visits.case_number', 'visits.case_number_until'],
  store: fieldStore(['case_number']),
};

export const patientReasons: DataCategory = {
  ...asked,
  name: 'patient_reasons',
  fields: ['visits.reason', 'visits.reason_until'],
  store: fieldStore(['reason']),
};

/** By what patients are called back whose page closed. They are found by it, so it goes last. */
export const patientAddresses: DataCategory = {
  ...asked,
  name: 'patient_addresses',
  fields: ['visits.email', 'visits.email_until', 'visits.phone', 'visits.phone_until'],
  store: fieldStore(['phone', 'email'], 2),
};

/** When somebody came, how it went on, and who saw them. */
export const patientVisits: DataCategory = {
  ...asked,
  name: 'patient_visits',
  fields: [
    'visits.area_id',
    'visits.organisation_id',
    'visits.state',
    'visits.outcome',
    'visits.language',
    'visits.host',
    'visits.number',
    'visits.until',
    'visits.read_version',
    'visits.appointment_id',
    'visits.arrived_at',
    'visits.queue_at',
    'visits.state_at',
    'visits.lost_at',
    'visits.meant_for',
    'visits.taken_by',
    'visits.called_at',
    'visits.note',
    'visits.note_by',
    'visits.room_id',
    'visits.invitation_id',
    'visits.told_late_at',
    'visits.call_back',
    'visits.call_back_at',
    'visits.ended_at',
    'visit_guests.visit_id',
    'visit_guests.kind',
    'visit_guests.person_id',
    'visit_guests.invitation_id',
    'visit_guests.made_by',
    'visit_guests.made_at',
  ],
  subjects: ['guests', 'account_holders'],
  store: visitStore,
};

/** What staff wrote to patients who wait. */
export const patientMessages: DataCategory = {
  ...asked,
  name: 'patient_messages',
  fields: [
    'visit_messages.visit_id',
    'visit_messages.text',
    'visit_messages.sent_by',
    'visit_messages.sent_at',
  ],
  subjects: ['guests', 'account_holders'],
  store: messageStore,
};

/** Who works in which area. */
export const areaMembers: DataCategory = {
  name: 'area_members',
  activity: 'accounts',
  fields: [
    'area_members.area_id',
    'area_members.person_id',
    'area_members.role',
    'area_members.gets_letters',
    'area_members.created_at',
  ],
  recipients: ['owner', 'administrator', 'member'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  store: memberStore,
};
