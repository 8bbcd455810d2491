import type { Migration } from '../migration.ts';

/**
 * Appointments of the clinic's areas, the free times that they are taken from, and who else reaches them.
 *
 * An appointment's `version` rises with every change, so that of two at once one is refused; `sequence` counts those
 * that calendars have to know of (RFC 5545, section 3.8.7.4). Its link is not stored: it follows from the id, the
 * `link_generation` and a secret (app/clinic/appointments/secret-links.ts). `told_at` is when its patient was
 * told its time, `reminded` the last reminder that went out since then. `external_system` and `external_value` are what another system calls it (FHIR's `identifier`).
 *
 * Of one slot there is one appointment at most, whoever asks at the same time: the index sees to it.
 *
 * `service_tokens` let the programs of an organisation in; `calendar_feeds` are secret addresses for calendars, which
 * follow from their id and a secret as well. Areas in `calendar_feed_names` want patients' names in theirs.
 */
export const appointments: Migration = {
  name: '0010-appointments',
  sql: `
CREATE TABLE slots (
  id TEXT PRIMARY KEY,
  area_id TEXT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  clinician_id TEXT REFERENCES people (id) ON DELETE CASCADE,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('free', 'busy', 'unavailable', 'tentative', 'wrong')),
  external_system TEXT,
  external_value TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX slots_area_starts ON slots (area_id, starts_at, id);
CREATE INDEX slots_ends ON slots (ends_at);
CREATE INDEX slots_clinician ON slots (clinician_id) WHERE clinician_id IS NOT NULL;
CREATE UNIQUE INDEX slots_external ON slots (area_id, external_system, external_value)
  WHERE external_value IS NOT NULL;

CREATE TABLE appointments (
  id TEXT PRIMARY KEY,
  area_id TEXT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  clinician_id TEXT REFERENCES people (id) ON DELETE SET NULL,
  slot_id TEXT REFERENCES slots (id) ON DELETE SET NULL,
  patient_name TEXT NOT NULL,
  email TEXT,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('booked', 'arrived', 'fulfilled', 'cancelled', 'noshow')),
  reply TEXT NOT NULL CHECK (reply IN ('none', 'confirmed', 'other_time', 'cancelled')),
  wish TEXT,
  wished_slot_id TEXT REFERENCES slots (id) ON DELETE SET NULL,
  replied_at INTEGER,
  arrived_at INTEGER,
  external_system TEXT,
  external_value TEXT,
  sequence INTEGER NOT NULL DEFAULT 0,
  link_generation INTEGER NOT NULL DEFAULT 1,
  version INTEGER NOT NULL DEFAULT 1,
  told_at INTEGER NOT NULL,
  reminded TEXT NOT NULL DEFAULT 'none' CHECK (reminded IN ('none', 'day', 'hour')),
  letter_id TEXT REFERENCES letters (id) ON DELETE SET NULL,
  made_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX appointments_area_starts ON appointments (area_id, starts_at, id);
CREATE INDEX appointments_starts ON appointments (starts_at, id);
CREATE INDEX appointments_ends ON appointments (ends_at);
CREATE INDEX appointments_expected ON appointments (starts_at) WHERE state = 'booked';
CREATE INDEX appointments_email ON appointments (email) WHERE email IS NOT NULL;
CREATE INDEX appointments_clinician ON appointments (clinician_id) WHERE clinician_id IS NOT NULL;
CREATE INDEX appointments_made_by ON appointments (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX appointments_letter ON appointments (letter_id) WHERE letter_id IS NOT NULL;
CREATE INDEX appointments_wished_slot ON appointments (wished_slot_id) WHERE wished_slot_id IS NOT NULL;
CREATE UNIQUE INDEX appointments_slot ON appointments (slot_id)
  WHERE slot_id IS NOT NULL AND state <> 'cancelled';
CREATE UNIQUE INDEX appointments_external ON appointments (area_id, external_system, external_value)
  WHERE external_value IS NOT NULL;

CREATE TABLE appointment_imports (
  id TEXT PRIMARY KEY,
  area_id TEXT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX appointment_imports_created ON appointment_imports (created_at);

CREATE TABLE calendar_feeds (
  id TEXT PRIMARY KEY,
  area_id TEXT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX calendar_feeds_person ON calendar_feeds (person_id, created_at);
CREATE INDEX calendar_feeds_area ON calendar_feeds (area_id);

CREATE TABLE calendar_feed_names (
  area_id TEXT PRIMARY KEY REFERENCES areas (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE service_tokens (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  made_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX service_tokens_organisation ON service_tokens (organisation_id, created_at, id);
CREATE INDEX service_tokens_created ON service_tokens (created_at, id);
CREATE INDEX service_tokens_made_by ON service_tokens (made_by) WHERE made_by IS NOT NULL;
`,
};
