import type { Migration } from '../migration.ts';

/**
 * The outbox. A letter that was sent, given up or withdrawn keeps its row for the console, without its content:
 * `subject`, `text`, `html` and `attachments` are emptied. `sensitive` letters let their reader in somewhere (a link
 * to sign in), so that nobody else may see them where they are really sent.
 */
export const letters: Migration = {
  name: '0002-letters',
  sql: `
CREATE TABLE letters (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  organisation_id TEXT REFERENCES organisations (id) ON DELETE CASCADE,
  person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
  recipient TEXT NOT NULL,
  recipient_name TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  attachments TEXT NOT NULL,
  sensitive INTEGER NOT NULL CHECK (sensitive IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'given_up', 'void')),
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  last_fault TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  done_at INTEGER
) STRICT;
CREATE INDEX letters_due ON letters (next_attempt_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX letters_created ON letters (created_at, id);
CREATE INDEX letters_organisation_created ON letters (organisation_id, created_at, id);
CREATE INDEX letters_state_created ON letters (state, created_at, id);
CREATE INDEX letters_person ON letters (person_id);
`,
};
