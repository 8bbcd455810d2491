import type { Database } from '../../app/database/open.ts';

/** An organisation `clinic` and its `owner`, who may do everything. */
export async function insertOwner(database: Database): Promise<void> {
  const now = Date.now();
  await database('organisations').insert({
    id: 'clinic',
    name: 'Clinic',
    sort_name: 'clinic',
    status: 'active',
    started_at: now,
    created_at: now,
  });
  await database('people').insert({
    id: 'owner',
    organisation_id: 'clinic',
    email: 'owner@example.org',
    name: 'Owner',
    sort_name: 'owner',
    language: 'en',
    role: 'owner',
    status: 'active',
    created_at: now,
  });
}
