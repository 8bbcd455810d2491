import type { Migration } from '../migration.ts';

/**
 * Who did or looked at what, and when: append-only, each row holding the hash of the one before it
 * (app/audit/chain.ts). No name, address or other personal value is in it but the ids of rows.
 *
 * The console reads it by time, and within a moment by number, which every index ends with as it is SQLite's own id of
 * the row. The order of numbers is another one where a clock was set back.
 */
export const audit: Migration = {
  name: '0004-audit',
  sql: `
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'guest', 'command', 'system')),
  actor_id TEXT,
  organisation_id TEXT,
  object_kind TEXT,
  object_id TEXT,
  details TEXT NOT NULL,
  request_id TEXT,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_action ON audit (action, at);
CREATE INDEX audit_actor ON audit (actor_id, at) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_actor_action ON audit (actor_id, action, at) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_object ON audit (object_id, at) WHERE object_id IS NOT NULL;
CREATE INDEX audit_organisation ON audit (organisation_id, at) WHERE organisation_id IS NOT NULL;
CREATE INDEX audit_organisation_action ON audit (organisation_id, action, at) WHERE organisation_id IS NOT NULL;
CREATE INDEX audit_organisation_actor ON audit (organisation_id, actor_id, at) WHERE organisation_id IS NOT NULL;

CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  seal TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
  END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
  END;
`,
};
