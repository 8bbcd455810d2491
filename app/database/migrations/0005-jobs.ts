import type { Migration } from '../migration.ts';

/** What runs by itself or by hand, and how it went last: `backup`, `retention`. */
export const jobs: Migration = {
  name: '0005-jobs',
  sql: `
CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT CHECK (outcome IN ('done', 'failed'))
) STRICT;
`,
};
