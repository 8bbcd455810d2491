import type { Migration } from '../migration.ts';

/**
 * Technical attestations of meetings (app/attestations/). `stays` is JSON, a list of connections without whose they
 * were; `seal` an HMAC over all of the row but the person.
 */
export const audience: Migration = {
  name: '0011-audience',
  sql: `
CREATE TABLE attestations (
  id TEXT PRIMARY KEY,
  organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  person_id TEXT REFERENCES people (id) ON DELETE SET NULL,
  edition TEXT NOT NULL CHECK (edition IN ('pro', 'med')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  together_seconds INTEGER NOT NULL,
  people INTEGER NOT NULL,
  drops INTEGER NOT NULL,
  stays TEXT NOT NULL,
  seal TEXT NOT NULL
) STRICT;
CREATE INDEX attestations_ended ON attestations (ended_at, id);
CREATE INDEX attestations_organisation_ended ON attestations (organisation_id, ended_at, id);
CREATE INDEX attestations_person_ended ON attestations (person_id, ended_at, id);
`,
};
