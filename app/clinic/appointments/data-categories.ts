import type { DataCategory } from '../../inventory/data-category.ts';
import { appointmentStore } from './appointment-data.ts';
import { appointmentImportStore } from './appointment-import-data.ts';
import { calendarFeedStore } from './calendar-feed-data.ts';

/** Which patient is expected when, and by whom. */
export const appointments: DataCategory = {
  name: 'appointments',
  activity: 'meetings',
  fields: [
    'appointments.id',
    'appointments.area_id',
    'appointments.clinician_id',
    'appointments.slot_id',
    'appointments.patient_name',
    'appointments.email',
    'appointments.language',
    'appointments.starts_at',
    'appointments.ends_at',
    'appointments.time_zone',
    'appointments.state',
    'appointments.reply',
    'appointments.wish',
    'appointments.wished_slot_id',
    'appointments.replied_at',
    'appointments.arrived_at',
    'appointments.external_system',
    'appointments.external_value',
    'appointments.letter_id',
    'appointments.made_by',
    'appointments.created_at',
    'appointments.changed_at',
    'slots.id',
    'slots.area_id',
    'slots.clinician_id',
    'slots.starts_at',
    'slots.ends_at',
    'slots.state',
    'slots.external_system',
    'slots.external_value',
  ],
  recipients: ['owner', 'administrator', 'member'],
  legalBasis: 'legitimate_interests',
  subjects: ['guests', 'account_holders'],
  retention: 'moment',
  store: appointmentStore,
};

/** A list of appointments that was uploaded, until it is taken over or given up. */
export const appointmentImports: DataCategory = {
  name: 'appointment_imports',
  activity: 'meetings',
  fields: [
    'appointment_imports.area_id',
    'appointment_imports.person_id',
    'appointment_imports.content',
    'appointment_imports.created_at',
  ],
  recipients: ['owner', 'administrator', 'member'],
  legalBasis: 'legitimate_interests',
  subjects: ['guests', 'account_holders'],
  retention: 'moment',
  store: appointmentImportStore,
};

/** Secret addresses by which staff read appointments in their calendar. */
export const calendarFeeds: DataCategory = {
  name: 'calendar_feeds',
  activity: 'meetings',
  fields: ['calendar_feeds.area_id', 'calendar_feeds.person_id', 'calendar_feeds.created_at'],
  recipients: ['owner', 'administrator', 'member'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  hasOwnTime: true,
  store: calendarFeedStore,
};
