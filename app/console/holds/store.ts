import type { Database } from '../../database/open.ts';

/** The id of a person by their address, or of an organisation by its name as it is sorted; null if there is none. */
export async function heldSubject(
  database: Database,
  kind: 'person' | 'organisation',
  name: string,
): Promise<string | null> {
  const row: { id: string } | undefined =
    kind === 'person'
      ? await database('people').where({ email: name }).first('id')
      : await database('organisations').where({ sort_name: name }).first('id');
  return row?.id ?? null;
}
