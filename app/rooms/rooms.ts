import { randomInt } from 'node:crypto';
import type { Actor, AuditLog } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { Person } from '../identity/person.ts';
import { demandNotHeld } from '../inventory/legal-holds.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Scope } from '../kernel/permissions.ts';
import type { Room, RoomChoices } from './room.ts';
import { isReserved, type RoomChanges, type RoomFaults } from './room-fields.ts';
import { isHiddenSlug, slugOf } from './slug.ts';
import { deleteRoom, findRoom, insertRoom, isSlugTaken, type ListedRoom, updateRoom } from './store.ts';

export interface RoomsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** Told of a room that is about to be deleted, in the same transaction. */
type BeforeDeletion = (transaction: Transaction, room: ListedRoom) => Promise<void>;

/** What somebody does with rooms. Scopes say which are within their reach; others answer like none. */
export class Rooms {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor({ database, audit, clock }: RoomsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * Makes a room.
   *
   * @param slug null for one that is made of the name.
   * @param hostEmail whose it is to be, of those whom the scope reaches; null for `person`.
   */
  async make(
    actor: Actor,
    { person, scope }: { readonly person: Person; readonly scope: Scope },
    {
      changes,
      slug,
      hostEmail,
    }: { readonly changes: RoomChanges; readonly slug: string | null; readonly hostEmail: string | null },
  ): Promise<{ readonly room: Room } | { readonly faults: RoomFaults }> {
    return this.#database.transaction(async (transaction) => {
      const host = hostEmail === null ? person : await hostBy(transaction, scope, hostEmail);
      if (host === null) return { faults: { host: 'host_unknown' } };
      if (slug !== null && (await isSlugTaken(transaction, slug))) return { faults: { slug: 'slug_taken' } };
      const room: Room = {
        ...changes,
        id: newId(),
        organisationId: host.organisationId,
        personId: host.id,
        slug: slug ?? (await freeSlug(transaction, changes)),
        version: 1,
        createdAt: this.#clock(),
      };
      await insertRoom(transaction, room);
      await this.#record(transaction, actor, 'room.made', room);
      return { room };
    });
  }

  /**
   * Changes a room that was read as `version`.
   *
   * @param hostEmail whose it is from now on, of the room's organisation; null for whose it is.
   * @throws AppError `not_found`; `changed_meanwhile` if there is a newer version.
   */
  async change(
    actor: Actor,
    scope: Scope,
    { id, version }: { readonly id: string; readonly version: number },
    { changes, hostEmail }: { readonly changes: RoomChanges; readonly hostEmail: string | null },
  ): Promise<{ readonly room: Room } | { readonly faults: RoomFaults }> {
    return this.#database.transaction(async (transaction) => {
      const before = await this.#find(transaction, scope, id);
      if (before.version !== version) throw new AppError('changed_meanwhile');
      const host = hostEmail === null ? null : await hostBy(transaction, scope, hostEmail);
      if (hostEmail !== null && host?.organisationId !== before.organisationId)
        return { faults: { host: 'host_unknown' } };
      const room: Room = { ...before, ...changes, personId: host?.id ?? before.personId };
      const fields = changedFields(before, room);
      if (fields.length === 0) return { room: before };
      if (!(await updateRoom(transaction, room))) throw new AppError('changed_meanwhile');
      await this.#record(transaction, actor, 'room.changed', room, { fields });
      return { room };
    });
  }

  /** Deletes a room with its invitations. @throws AppError `not_found`; `on_legal_hold` */
  async remove(actor: Actor, scope: Scope, id: string, beforeDeletion: BeforeDeletion): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const room = await this.#find(transaction, scope, id);
      await demandNotHeld(transaction, this.#clock(), [room.personId, room.organisationId]);
      await beforeDeletion(transaction, room);
      await deleteRoom(transaction, id);
      await this.#record(transaction, actor, 'room.deleted', room);
    });
  }

  async #find(transaction: Transaction, scope: Scope, id: string): Promise<ListedRoom> {
    const room = await findRoom(transaction, scope, id);
    if (room === null) throw new AppError('not_found');
    return room;
  }

  #record(
    transaction: Transaction,
    actor: Actor,
    action: 'room.made' | 'room.changed' | 'room.deleted',
    { id, organisationId }: Room,
    details: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<void> {
    return this.#audit.record(
      actor,
      { action, organisationId, object: { kind: 'room', id }, details },
      transaction,
    );
  }
}

/** Somebody by their address, of those whom a scope reaches. */
async function hostBy(
  transaction: Transaction,
  scope: Scope,
  email: string,
): Promise<{ readonly id: string; readonly organisationId: string } | null> {
  const query = transaction('people').where({ email, status: 'active' });
  if (scope.kind === 'organisation') query.where({ organisation_id: scope.organisationId });
  if (scope.kind === 'own') query.where({ id: scope.personId });
  const row: { id: string; organisation_id: string } | undefined = await query.first('id', 'organisation_id');
  return row === undefined ? null : { id: row.id, organisationId: row.organisation_id };
}

/** Letters and digits that nobody takes for each other when they are read out or written down. */
const ENDING_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const ENDING_LENGTH = 8;
const SLUG_LIMIT = 64;

/**
 * An address made of the name. One that lets anybody in who has it gets an ending that nobody guesses (39 bits), as
 * does one whose name is taken or kept back.
 */
async function freeSlug(transaction: Transaction, { name, access, hasLobby }: RoomChanges): Promise<string> {
  const plain = slugOf(name);
  if (plain === null) throw new AppError('invalid_room_name');
  const isOpen = access === 'anyone' && !hasLobby;
  if (!isOpen && !isReserved(plain) && !(await isSlugTaken(transaction, plain))) return plain;
  const free = isHiddenSlug(plain) ? `r-${plain}` : plain;
  const beginning = free.slice(0, SLUG_LIMIT - ENDING_LENGTH - 1).replace(/-$/, '');
  for (;;) {
    const slug = `${beginning}-${ending()}`;
    if (!(await isSlugTaken(transaction, slug))) return slug;
  }
}

function ending(): string {
  return Array.from({ length: ENDING_LENGTH }, () => ENDING_LETTERS[randomInt(ENDING_LETTERS.length)]).join(
    '',
  );
}

/** Names of what differs, for the audit log. */
function changedFields(before: Room, after: Room): string[] {
  const compared: readonly (keyof RoomChoices | 'personId')[] = [
    'name',
    'kind',
    'access',
    'hasLobby',
    'needsHost',
    'timeZone',
    'openingHours',
    'maxParticipants',
    'expiresAt',
    'personId',
  ];
  return compared.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
