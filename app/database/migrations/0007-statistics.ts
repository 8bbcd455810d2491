import type { Migration } from '../migration.ts';

/** Sums over meetings; the same columns in each table that has any (app/statistics/sums.ts). */
const SUMS = `
  meetings INTEGER NOT NULL,
  people INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  people_minutes INTEGER NOT NULL,
  largest INTEGER NOT NULL,
  with_screen INTEGER NOT NULL,
  audio_only INTEGER NOT NULL,
  encryption_known INTEGER NOT NULL,
  encrypted INTEGER NOT NULL,
  med INTEGER NOT NULL,
  waited INTEGER NOT NULL,
  waited_seconds INTEGER NOT NULL,
  gave_up INTEGER NOT NULL,
  over_udp INTEGER NOT NULL,
  over_tcp INTEGER NOT NULL,
  over_relay INTEGER NOT NULL,
  drops INTEGER NOT NULL`;

export const statistics: Migration = {
  name: '0007-statistics',
  // Facts lie in the order of random ids, so that it says nothing of the order of meetings.
  sql: `
CREATE TABLE call_facts (
  id TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
  organisation TEXT,${SUMS}
) STRICT, WITHOUT ROWID;
CREATE INDEX call_facts_day ON call_facts (day);
CREATE INDEX call_facts_organisation ON call_facts (organisation) WHERE organisation IS NOT NULL;

CREATE TABLE call_keys (
  month TEXT PRIMARY KEY,
  key TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE call_days (
  organisation_id TEXT NOT NULL,
  day TEXT NOT NULL,
  last_day TEXT NOT NULL,${SUMS},
  PRIMARY KEY (organisation_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_days_day ON call_days (day);

CREATE TABLE call_spreads (
  organisation_id TEXT NOT NULL,
  month TEXT NOT NULL,
  measure TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  meetings INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, month, measure, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_spreads_month ON call_spreads (month);
`,
};
