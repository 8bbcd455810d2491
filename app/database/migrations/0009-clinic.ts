import type { Migration } from '../migration.ts';

/**
 * Waiting rooms of departments, and who waits in them. An area is a department's door; `opening_hours`, `closed_days`
 * and `fields` are JSON (app/clinic/area.ts). `number_day` and `last_number` count the patients of a day.
 *
 * A visit is one patient at a door. Their browser holds a token, of which `token_hash` is kept. The queue is in the
 * order of `queue_at`. `lost_at` is since when no page of theirs is open, null while one is. `*_until` say when a field
 * is erased once the visit is over, `until` when the row is. `version` rises with every change of a row, so that of two
 * changes at once one is refused.
 *
 * `rooms.is_hidden`: made for one visit, in no list, deleted with it.
 */
export const clinic: Migration = {
  name: '0009-clinic',
  sql: `
ALTER TABLE rooms ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1));
CREATE INDEX rooms_hidden ON rooms (created_at) WHERE is_hidden = 1;

CREATE TABLE areas (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  opening_hours TEXT,
  closed_days TEXT NOT NULL,
  support_contact TEXT NOT NULL,
  please_read_en TEXT NOT NULL,
  please_read_fr TEXT NOT NULL,
  fields TEXT NOT NULL,
  shows TEXT NOT NULL CHECK (shows IN ('place', 'wait', 'nothing')),
  shows_number INTEGER NOT NULL CHECK (shows_number IN (0, 1)),
  minutes_per_visit INTEGER NOT NULL,
  too_long_minutes INTEGER NOT NULL,
  letter_minutes INTEGER,
  after_closing TEXT NOT NULL CHECK (after_closing IN ('serve', 'dismiss')),
  suspended_at INTEGER,
  number_day TEXT NOT NULL,
  last_number INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX areas_sort_name ON areas (sort_name, id);
CREATE INDEX areas_created ON areas (created_at, id);
CREATE INDEX areas_organisation_sort_name ON areas (organisation_id, sort_name, id);
CREATE INDEX areas_organisation_created ON areas (organisation_id, created_at, id);

CREATE TABLE area_members (
  area_id TEXT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('manager', 'clinician', 'secretary', 'interpreter')),
  gets_letters INTEGER NOT NULL CHECK (gets_letters IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (area_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX area_members_person ON area_members (person_id);

CREATE TABLE visits (
  id TEXT PRIMARY KEY,
  area_id TEXT NOT NULL REFERENCES areas (id) ON DELETE CASCADE,
  organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'in_call', 'left', 'ended')),
  outcome TEXT CHECK (outcome IN ('seen', 'gone', 'lost', 'sent_home', 'closed', 'stale')),
  version INTEGER NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  host TEXT NOT NULL,
  number INTEGER NOT NULL,
  name TEXT,
  birth_date TEXT,
  case_number TEXT,
  reason TEXT,
  email TEXT,
  phone TEXT,
  name_until INTEGER NOT NULL,
  birth_date_until INTEGER NOT NULL,
  case_number_until INTEGER NOT NULL,
  reason_until INTEGER NOT NULL,
  email_until INTEGER NOT NULL,
  phone_until INTEGER NOT NULL,
  until INTEGER NOT NULL,
  read_version TEXT,
  appointment_id TEXT,
  arrived_at INTEGER NOT NULL,
  queue_at INTEGER NOT NULL,
  state_at INTEGER NOT NULL,
  lost_at INTEGER,
  meant_for TEXT REFERENCES people (id) ON DELETE SET NULL,
  taken_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  called_at INTEGER,
  note TEXT,
  note_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  room_id TEXT REFERENCES rooms (id) ON DELETE SET NULL,
  invitation_id TEXT REFERENCES invitations (id) ON DELETE SET NULL,
  told_late_at INTEGER,
  call_back TEXT CHECK (call_back IN ('asked', 'letter', 'sms', 'failed')),
  call_back_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX visits_open ON visits (area_id, queue_at, id) WHERE state IN ('waiting', 'called', 'in_call');
CREATE INDEX visits_area ON visits (area_id, state_at);
CREATE INDEX visits_organisation ON visits (organisation_id);
CREATE INDEX visits_lost ON visits (lost_at) WHERE state = 'waiting' AND lost_at IS NOT NULL;
CREATE INDEX visits_taken ON visits (taken_by) WHERE taken_by IS NOT NULL;
CREATE INDEX visits_meant ON visits (meant_for) WHERE meant_for IS NOT NULL;
CREATE INDEX visits_note_by ON visits (note_by) WHERE note_by IS NOT NULL;
CREATE INDEX visits_room ON visits (room_id) WHERE room_id IS NOT NULL;
CREATE INDEX visits_invitation ON visits (invitation_id) WHERE invitation_id IS NOT NULL;
CREATE INDEX visits_appointment ON visits (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX visits_email ON visits (email) WHERE email IS NOT NULL;
CREATE INDEX visits_call_back ON visits (call_back_at) WHERE call_back = 'asked';
CREATE INDEX visits_until ON visits (until);
CREATE INDEX visits_name_until ON visits (name_until) WHERE name IS NOT NULL;
CREATE INDEX visits_birth_date_until ON visits (birth_date_until) WHERE birth_date IS NOT NULL;
CREATE INDEX visits_case_number_until ON visits (case_number_until) WHERE case_number IS NOT NULL;
CREATE INDEX visits_reason_until ON visits (reason_until) WHERE reason IS NOT NULL;
CREATE INDEX visits_email_until ON visits (email_until) WHERE email IS NOT NULL;
CREATE INDEX visits_phone_until ON visits (phone_until) WHERE phone IS NOT NULL;

CREATE TABLE visit_messages (
  id TEXT PRIMARY KEY,
  visit_id TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  sent_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX visit_messages_visit ON visit_messages (visit_id, sent_at);
CREATE INDEX visit_messages_sent_by ON visit_messages (sent_by) WHERE sent_by IS NOT NULL;

CREATE TABLE visit_guests (
  id TEXT PRIMARY KEY,
  visit_id TEXT NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('interpreter', 'family', 'colleague')),
  person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
  invitation_id TEXT NOT NULL REFERENCES invitations (id) ON DELETE CASCADE,
  made_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX visit_guests_visit ON visit_guests (visit_id);
CREATE INDEX visit_guests_person ON visit_guests (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX visit_guests_invitation ON visit_guests (invitation_id);
CREATE INDEX visit_guests_made_by ON visit_guests (made_by) WHERE made_by IS NOT NULL;

CREATE INDEX letters_to_patients ON letters (expires_at) WHERE kind IN ('call_back', 'consultation');
`,
};
