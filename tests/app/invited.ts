import { openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { GuestLinks } from '../../app/rooms/guest-link.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import type { Appliance } from '../appliance.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Invites somebody into a room of a running appliance; answers the token of their personal link. */
export async function invitedTo(appliance: Appliance, slug: string, name: string): Promise<string> {
  const links = new GuestLinks(await readSecret(await loadConfig(appliance.environment), 'sessions'));
  const database = await openDatabase(appliance.databaseFile);
  const now = Date.now();
  const id = newId();
  const room = await database('rooms').where({ slug }).first('id');
  await database('invitations').insert({
    id,
    room_id: room.id,
    name,
    language: 'en',
    sequence: 0,
    expires_at: now + DAY_MS,
    created_at: now,
  });
  await database.destroy();
  return links.tokenOf({ id, linkGeneration: 1 });
}
