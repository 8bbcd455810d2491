import type { Migration } from '../migration.ts';

/**
 * The outbox. A letter that was sent, given up, withdrawn or has expired keeps its row for the console, without its
 * content: `subject`, `text`, `html` and `attachments` are emptied. A `void` letter is for nobody and has neither
 * content nor recipient. `sensitive` letters let their reader in somewhere (a link to sign in), so that nobody else
 * may see them where they are really sent.
 *
 * `next_attempt_at` of a letter that is `sending` is when whoever sends it is thought to have died. What is large
 * stands last: SQLite reads a row from its beginning.
 *
 * `letters_words` holds the beginnings that letters are found by, the words of their recipient's name and address.
 * `told_alarms` holds which alarms were written to the owners.
 */
export const letters: Migration = {
  name: '0002-letters',
  sql: `
CREATE TABLE letters (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  organisation_id TEXT REFERENCES organisations (id) ON DELETE CASCADE,
  person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
  sensitive INTEGER NOT NULL CHECK (sensitive IN (0, 1)),
  state TEXT NOT NULL
    CHECK (state IN ('waiting', 'sending', 'sent', 'given_up', 'withdrawn', 'expired', 'void')),
  attempts INTEGER NOT NULL,
  first_attempt_at INTEGER,
  next_attempt_at INTEGER NOT NULL,
  last_fault TEXT,
  last_reply TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  done_at INTEGER,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  recipient TEXT NOT NULL,
  recipient_name TEXT NOT NULL,
  site_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  attachments TEXT NOT NULL,
  unsubscribe_url TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX letters_due ON letters (sensitive DESC, next_attempt_at, last_fault)
  WHERE state IN ('waiting', 'sending');
CREATE INDEX letters_expires ON letters (expires_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX letters_void ON letters (created_at) WHERE state = 'void';
CREATE INDEX letters_found ON letters (id, created_at, state, organisation_id, person_id);
CREATE INDEX letters_created ON letters (created_at, id);
CREATE INDEX letters_organisation_created ON letters (organisation_id, created_at, id);
CREATE INDEX letters_state_created ON letters (state, created_at, id);
CREATE INDEX letters_organisation_state_created ON letters (organisation_id, state, created_at, id);
CREATE INDEX letters_given_up ON letters (done_at) WHERE state = 'given_up';
CREATE INDEX letters_person ON letters (person_id);

CREATE TABLE letters_words (
  word TEXT NOT NULL,
  letter_id TEXT NOT NULL REFERENCES letters (id) ON DELETE CASCADE,
  PRIMARY KEY (word, letter_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX letters_words_letter ON letters_words (letter_id);

CREATE TABLE told_alarms (
  alarm TEXT PRIMARY KEY,
  told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
