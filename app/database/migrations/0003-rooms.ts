import type { Migration } from '../migration.ts';

/**
 * Rooms and who is invited. `opening_hours` is JSON (app/rooms/opening-hours.ts) or null for always; `time_zone` is
 * an IANA name and holds for them and for what is typed about the room. `version` rises with every change, so that
 * of two changes at once one is refused.
 *
 * A guest's link is not stored: it follows from the invitation's id, its `link_generation` and a secret
 * (app/rooms/guest-link.ts). `sequence` counts the changes of its appointment (RFC 5545, section 3.8.7.4), `letter_id`
 * is the last letter about it.
 *
 * `locked_meetings` says which live meetings let nobody else in, so that a restart of the app does not open them.
 */
export const rooms: Migration = {
  name: '0003-rooms',
  sql: `
CREATE TABLE rooms (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  person_id TEXT REFERENCES people (id) ON DELETE SET NULL,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('permanent', 'one_off')),
  access TEXT NOT NULL CHECK (access IN ('anyone', 'signed_in', 'invited')),
  has_lobby INTEGER NOT NULL CHECK (has_lobby IN (0, 1)),
  needs_host INTEGER NOT NULL CHECK (needs_host IN (0, 1)),
  time_zone TEXT NOT NULL DEFAULT 'UTC',
  opening_hours TEXT,
  max_participants INTEGER,
  expires_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  CHECK (kind <> 'one_off' OR expires_at IS NOT NULL)
) STRICT;
CREATE INDEX rooms_sort_name ON rooms (sort_name, id);
CREATE INDEX rooms_created ON rooms (created_at, id);
CREATE INDEX rooms_organisation_sort_name ON rooms (organisation_id, sort_name, id);
CREATE INDEX rooms_organisation_created ON rooms (organisation_id, created_at, id);
CREATE INDEX rooms_person_sort_name ON rooms (person_id, sort_name, id);
CREATE INDEX rooms_person_created ON rooms (person_id, created_at, id);

CREATE TABLE rooms_words (
  word TEXT NOT NULL,
  room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  PRIMARY KEY (word, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rooms_words_room ON rooms_words (room_id);

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  email TEXT,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  starts_at INTEGER,
  duration_minutes INTEGER,
  time_zone TEXT,
  sequence INTEGER NOT NULL,
  link_generation INTEGER NOT NULL DEFAULT 1,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  letter_id TEXT REFERENCES letters (id) ON DELETE SET NULL,
  created_by TEXT REFERENCES people (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  CHECK ((starts_at IS NULL) = (duration_minutes IS NULL)),
  CHECK ((starts_at IS NULL) = (time_zone IS NULL))
) STRICT;
CREATE INDEX invitations_room ON invitations (room_id, created_at, id);
CREATE INDEX invitations_room_expires ON invitations (room_id, expires_at) WHERE revoked_at IS NULL;
CREATE INDEX invitations_email ON invitations (email) WHERE email IS NOT NULL;
CREATE INDEX invitations_expires ON invitations (expires_at);
CREATE INDEX invitations_letter ON invitations (letter_id) WHERE letter_id IS NOT NULL;
CREATE INDEX invitations_created_by ON invitations (created_by) WHERE created_by IS NOT NULL;

CREATE TABLE live_meetings (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  started_at INTEGER NOT NULL,
  locked_at INTEGER
) STRICT;
`,
};
