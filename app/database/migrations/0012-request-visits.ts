import type { Migration } from '../migration.ts';

/** How many visits Matomo erased for a request (app/console/requests/visits-page.ts); its proof says it. */
export const requestVisits: Migration = {
  name: '0012-request-visits',
  sql: 'ALTER TABLE requests ADD COLUMN visits_erased INTEGER NOT NULL DEFAULT 0;',
};
