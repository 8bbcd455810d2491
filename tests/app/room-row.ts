import { openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { sortName } from '../../app/kernel/search-words.ts';
import type { RoomAccess } from '../../app/rooms/room.ts';
import type { SignedIn } from './signed-in.ts';

/** Puts a room of somebody's into the database of a running appliance; answers its id. */
export async function roomOf(
  databaseFile: string,
  owner: Pick<SignedIn, 'id' | 'organisationId'>,
  {
    slug,
    hasLobby = false,
    needsHost = false,
    access = 'anyone',
    maxParticipants = null,
  }: {
    readonly slug: string;
    readonly hasLobby?: boolean;
    readonly needsHost?: boolean;
    readonly access?: RoomAccess;
    readonly maxParticipants?: number | null;
  },
): Promise<string> {
  const database = await openDatabase(databaseFile);
  const id = newId();
  await database('rooms').insert({
    id,
    organisation_id: owner.organisationId,
    person_id: owner.id,
    slug,
    name: slug,
    sort_name: sortName(slug),
    kind: 'permanent',
    access,
    has_lobby: Number(hasLobby),
    needs_host: Number(needsHost),
    time_zone: 'Europe/Paris',
    max_participants: maxParticipants,
    created_at: Date.now(),
  });
  await database.destroy();
  return id;
}
