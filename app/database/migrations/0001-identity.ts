import type { Migration } from '../migration.ts';

/**
 * Organisations, their people, and how these sign in. Instants (`*_at`) are milliseconds since 1970.
 *
 * An organisation that is `active` may have a day on which it ends by itself, `ends_at`; `ended_at` is when it did.
 *
 * `sort_name` is the name in small letters without accents; `people_words` holds the beginnings that people are found
 * by, the words of their name and address.
 *
 * `sign_ins` holds what lets somebody in once: a letter's link and code, a code that confirms, the link that makes the
 * first owner. An address that nobody has leaves a row too, with no person, so that asking for it costs the same; its
 * `address_hash` is keyed (app/identity/sign-in/proofs.ts) and says nothing to who has the database alone.
 */
export const identity: Migration = {
  name: '0001-identity',
  sql: `
CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'ended')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  ends_at INTEGER,
  created_at INTEGER NOT NULL,
  CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
  CHECK (ends_at IS NULL OR status = 'active')
) STRICT;
CREATE UNIQUE INDEX organisations_sort_name ON organisations (sort_name);
CREATE INDEX organisations_created ON organisations (created_at, id);
CREATE INDEX organisations_ends ON organisations (ends_at) WHERE ends_at IS NOT NULL;

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  role TEXT NOT NULL CHECK (role IN ('owner', 'administrator', 'member', 'sales', 'marketing', 'technical', 'dpo')),
  status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),
  created_at INTEGER NOT NULL,
  signed_in_at INTEGER
) STRICT;
CREATE INDEX people_sort_name ON people (sort_name, id);
CREATE INDEX people_found ON people (id, sort_name, email, created_at, organisation_id, role, status);
CREATE INDEX people_email ON people (email, id);
CREATE INDEX people_created ON people (created_at, id);
CREATE INDEX people_organisation_sort_name ON people (organisation_id, sort_name, id);
CREATE INDEX people_organisation_email ON people (organisation_id, email, id);
CREATE INDEX people_organisation_created ON people (organisation_id, created_at, id);
CREATE INDEX people_role ON people (role, id) WHERE role <> 'member';
CREATE INDEX people_blocked ON people (id) WHERE status = 'blocked';

CREATE TABLE people_words (
  word TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  PRIMARY KEY (word, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_words_person ON people_words (person_id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  device TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_seen ON sessions (seen_at);
CREATE INDEX sessions_created ON sessions (created_at);

CREATE TABLE sign_ins (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('sign_in', 'confirmation', 'first_owner')),
  person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
  session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE,
  address_hash TEXT,
  browser_hash TEXT,
  token_hash TEXT UNIQUE,
  code_hash TEXT,
  wrong_codes INTEGER NOT NULL,
  wrong_codes_elsewhere INTEGER NOT NULL,
  return_path TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX sign_ins_person ON sign_ins (person_id);
CREATE INDEX sign_ins_session ON sign_ins (session_id);
CREATE INDEX sign_ins_address ON sign_ins (address_hash, created_at);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);
CREATE INDEX sign_ins_wrong ON sign_ins (created_at) WHERE wrong_codes + wrong_codes_elsewhere > 0;

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_created ON imports (created_at);
`,
};
