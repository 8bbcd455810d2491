import type { Migration } from '../migration.ts';

/**
 * What a host decided for a live meeting, for an app that takes it over. `rules` is JSON, null while everything is
 * allowed. `kept_out` is a JSON list of hashes of those who were taken out (app/meetings/kept-out.ts).
 */
export const meetingRules: Migration = {
  name: '0008-meeting-rules',
  sql: `
ALTER TABLE live_meetings ADD COLUMN rules TEXT;
ALTER TABLE live_meetings ADD COLUMN kept_out TEXT;
`,
};
