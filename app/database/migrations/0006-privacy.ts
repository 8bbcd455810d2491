import type { Migration } from '../migration.ts';

/**
 * What keeps the notice's promises. `consent_texts` are what people read who answered, by its SHA-256. A newsletter goes
 * out in batches: `sent_to` is the id of the last subscription that got it, empty before the first. `requests` and `legal_holds` name people only as long as they are open. A
 * request by form waits in `request_proofs` until its address is proved.
 *
 * `retention_runs` are certificates: counts, each row holding the hash of the one before it, `retention_head` the seal
 * of the last (app/privacy/retention/certificates.ts). `retention_open` counts what was erased and is in no certificate
 * yet, by `work`, which is `retention` or the organisation that is being erased: each batch writes it in its own
 * transaction, so that none is lost when it is cut off. `retention_counts` is
 * what the console shows, as of the last run.
 *
 * `erasures` is what is replayed after an old backup was put back. Whatever deletes a person or an organisation leaves
 * a row there, by trigger; it has the plain, random id for a moment, and then a keyed hash of it. `filed_at` is when it
 * was written to the file beside the database (app/privacy/erasure/ledger.ts). `erasures_under_way` are organisations
 * whose erasure was decided and takes more than one transaction.
 */
export const privacy: Migration = {
  name: '0006-privacy',
  sql: `
CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
  browser_hash TEXT,
  subscription_id TEXT REFERENCES subscriptions (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  text_version TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  hosts TEXT NOT NULL,
  is_given INTEGER NOT NULL CHECK (is_given IN (0, 1)),
  decided_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  CHECK (person_id IS NOT NULL OR browser_hash IS NOT NULL OR subscription_id IS NOT NULL)
) STRICT;
CREATE INDEX consents_subscription ON consents (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX consents_browser ON consents (browser_hash, purpose, decided_at);
CREATE INDEX consents_person ON consents (person_id, decided_at);
CREATE INDEX consents_decided ON consents (decided_at, id);

CREATE TABLE consent_texts (
  version TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  company TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  message TEXT NOT NULL,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  host TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  handled_at INTEGER
) STRICT;
CREATE INDEX contacts_created ON contacts (created_at, id);
CREATE INDEX contacts_sort_name ON contacts (sort_name, id);
CREATE INDEX contacts_email ON contacts (email);
CREATE INDEX contacts_open ON contacts (created_at, id) WHERE handled_at IS NULL;

CREATE TABLE contacts_words (
  word TEXT NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  PRIMARY KEY (word, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_words_contact ON contacts_words (contact_id);

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  text_version TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX subscriptions_asked ON subscriptions (asked_at, id);
CREATE INDEX subscriptions_confirmed ON subscriptions (confirmed_at) WHERE confirmed_at IS NOT NULL;
CREATE INDEX subscriptions_ended ON subscriptions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX subscriptions_unconfirmed ON subscriptions (asked_at) WHERE confirmed_at IS NULL;

CREATE TABLE newsletters (
  id TEXT PRIMARY KEY,
  made_by TEXT,
  made_at INTEGER NOT NULL,
  host TEXT NOT NULL,
  subject_en TEXT NOT NULL,
  text_en TEXT NOT NULL,
  subject_fr TEXT NOT NULL,
  text_fr TEXT NOT NULL,
  sent_to TEXT NOT NULL,
  letters INTEGER NOT NULL,
  done_at INTEGER
) STRICT;
CREATE INDEX newsletters_made ON newsletters (made_at, id);
CREATE INDEX newsletters_open ON newsletters (id) WHERE done_at IS NULL;

CREATE TABLE requests (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('access', 'rectification', 'erasure', 'restriction', 'portability', 'objection')),
  channel TEXT NOT NULL CHECK (channel IN ('form', 'letter', 'email')),
  person_id TEXT REFERENCES people (id) ON DELETE SET NULL,
  email TEXT,
  name TEXT,
  message TEXT,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  received_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  extended_at INTEGER,
  extension_reason TEXT,
  identity_checked_at INTEGER,
  identity_checked_by TEXT,
  erasure_asked_by TEXT,
  state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'refused')),
  reminded_days INTEGER,
  closed_at INTEGER,
  proof TEXT
) STRICT;
CREATE INDEX requests_due ON requests (due_at, id);
CREATE INDEX requests_received ON requests (received_at, id);
CREATE INDEX requests_open ON requests (due_at, id) WHERE state = 'open';
CREATE INDEX requests_email ON requests (email) WHERE email IS NOT NULL;
CREATE INDEX requests_person ON requests (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE request_proofs (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  address_hash TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  wrong_codes INTEGER NOT NULL,
  kind TEXT NOT NULL,
  email TEXT,
  message TEXT,
  language TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX request_proofs_address ON request_proofs (address_hash, created_at);
CREATE INDEX request_proofs_expires ON request_proofs (expires_at);
CREATE INDEX request_proofs_email ON request_proofs (email) WHERE email IS NOT NULL;

CREATE TABLE legal_holds (
  id TEXT PRIMARY KEY,
  object_kind TEXT NOT NULL CHECK (object_kind IN ('person', 'organisation')),
  object_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  made_by TEXT,
  made_at INTEGER NOT NULL,
  lifted_at INTEGER
) STRICT;
CREATE INDEX legal_holds_object ON legal_holds (object_id);

CREATE TABLE retention_runs (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  cut_off_at INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('retention', 'erasure', 'replay')),
  counts TEXT NOT NULL,
  failed TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE retention_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  seal TEXT NOT NULL
) STRICT;

CREATE TABLE retention_open (
  work TEXT NOT NULL,
  category TEXT NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (work, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_counts (
  category TEXT PRIMARY KEY,
  total INTEGER NOT NULL,
  due INTEGER NOT NULL,
  due_next_week INTEGER NOT NULL,
  counted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE erasures (
  number INTEGER PRIMARY KEY,
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('person', 'address', 'organisation')),
  subject_id TEXT,
  subject_hash TEXT,
  at INTEGER NOT NULL,
  filed_at INTEGER,
  CHECK ((subject_id IS NULL) <> (subject_hash IS NULL)),
  CHECK (filed_at IS NULL OR subject_hash IS NOT NULL)
) STRICT;
CREATE INDEX erasures_subject ON erasures (subject_hash);
CREATE INDEX erasures_unfiled ON erasures (number) WHERE filed_at IS NULL;

CREATE TABLE erasures_under_way (
  organisation_id TEXT PRIMARY KEY,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER people_leave_a_mark AFTER DELETE ON people BEGIN
  INSERT INTO erasures (subject_kind, subject_id, at)
    VALUES ('person', OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
  END;
CREATE TRIGGER organisations_leave_a_mark AFTER DELETE ON organisations BEGIN
  INSERT INTO erasures (subject_kind, subject_id, at)
    VALUES ('organisation', OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
  END;

CREATE INDEX letters_done ON letters (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX letters_erased ON letters (id) WHERE kind = 'erased' AND done_at IS NOT NULL;
CREATE INDEX letters_recipient ON letters (recipient);
CREATE INDEX invitations_revoked ON invitations (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX rooms_expires ON rooms (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX organisations_ended ON organisations (ended_at) WHERE ended_at IS NOT NULL;
`,
};
