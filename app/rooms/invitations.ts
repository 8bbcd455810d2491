import type { AuditAction } from '../audit/actions.ts';
import type { Actor, AuditLog } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Scope } from '../kernel/permissions.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { GuestLinks } from './guest-link.ts';
import { type Appointment, type Invitation, isInForce } from './invitation.ts';
import type { InvitationFields, Validity } from './invitation-fields.ts';
import {
  countInForce,
  findInvitation,
  insertInvitation,
  listUpcoming,
  updateInvitation,
} from './invitation-store.ts';
import { invitationLetter, type Letterhead, type Occasion } from './invitation-words.ts';
import type { Room } from './room.ts';
import { findRoom } from './store.ts';

export interface InvitationsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly guestLinks: GuestLinks;
}

/** Who does it, what they reach, and in whose name letters go out. */
export interface Inviter {
  readonly actor: Actor;
  readonly scope: Scope;
  readonly head: Letterhead;
}

/** An invitation in a room, as a form had read it. */
export interface Chosen {
  readonly roomId: string;
  readonly id: string;
  /** The invitation's `sequence` then. */
  readonly sequence: number;
}

/** Most invitations in force into one room. */
export const MOST_IN_FORCE = 500;

/** What somebody does with invitations into the rooms within their reach. Letters go out with each of them. */
export class Invitations {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #guestLinks: GuestLinks;

  constructor({ database, audit, clock, outbox, guestLinks }: InvitationsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
    this.#outbox = outbox;
    this.#guestLinks = guestLinks;
  }

  /** Invites somebody. @throws AppError `not_found`; `too_many_invitations` */
  async make(inviter: Inviter, roomId: string, fields: InvitationFields): Promise<Invitation> {
    return this.#database.transaction(async (transaction) => {
      const room = await this.#room(transaction, inviter.scope, roomId);
      const now = this.#clock();
      const count = await countInForce(transaction, roomId, { now, most: MOST_IN_FORCE });
      if (count === MOST_IN_FORCE) throw new AppError('too_many_invitations');
      const { actor } = inviter;
      const invitation: Invitation = {
        ...fields,
        id: newId(),
        roomId,
        sequence: 0,
        linkGeneration: 1,
        revokedAt: null,
        letterId: null,
        createdBy: actor.kind === 'person' ? actor.id : null,
        createdAt: now,
      };
      const letterId = await this.#post(transaction, inviter, room, invitation, 'invited');
      await insertInvitation(transaction, { ...invitation, letterId });
      await this.#record(transaction, actor, 'invitation.made', room, invitation, ['made']);
      return { ...invitation, letterId };
    });
  }

  /** Gives an invitation another time. @throws AppError `not_found`; `changed_meanwhile` */
  async reschedule(inviter: Inviter, chosen: Chosen, { appointment, expiresAt }: Validity): Promise<void> {
    await this.#change(inviter, chosen, (before) => {
      const occasion = before.appointment !== null && appointment === null ? 'withdrawn' : 'changed';
      return { after: { ...before, appointment, expiresAt }, occasion, fields: ['appointment', 'expiresAt'] };
    });
  }

  /** Makes the link invalid and gives another, which a letter brings. @throws as {@link reschedule} */
  async renewLink(inviter: Inviter, chosen: Chosen): Promise<void> {
    await this.#change(inviter, chosen, (before) => ({
      after: { ...before, linkGeneration: before.linkGeneration + 1 },
      occasion: 'changed',
      fields: ['linkGeneration'],
    }));
  }

  /** Takes an invitation back. @param tell whether its guest gets a letter. @throws as {@link reschedule} */
  async revoke(inviter: Inviter, chosen: Chosen, tell: boolean): Promise<void> {
    await this.#change(inviter, chosen, (before, now) => ({
      after: { ...before, revokedAt: now },
      occasion: tell ? 'cancelled' : null,
      fields: ['revokedAt'],
    }));
  }

  /** Sends the letter once more. @throws as {@link reschedule} */
  async resend(inviter: Inviter, { roomId, id }: Pick<Chosen, 'roomId' | 'id'>): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const room = await this.#room(transaction, inviter.scope, roomId);
      const before = await this.#inForce(transaction, roomId, id);
      const letterId = await this.#post(transaction, inviter, room, before, 'invited');
      if (letterId === null) throw new AppError('not_found');
      if (!(await updateInvitation(transaction, before, { ...before, letterId })))
        throw new AppError('changed_meanwhile');
      await this.#record(transaction, inviter.actor, 'invitation.changed', room, before, ['letter']);
    });
  }

  /** Tells all whose appointments are still to come that there will be none: their room is about to be deleted. */
  async cancelAll(transaction: Transaction, inviter: Inviter, room: Room): Promise<void> {
    for (const invitation of await listUpcoming(transaction, room.id, this.#clock())) {
      await this.#supersede(transaction, inviter, room, invitation, {
        after: { ...invitation, sequence: invitation.sequence + 1 },
        occasion: 'cancelled',
      });
    }
  }

  async #change(
    inviter: Inviter,
    chosen: Chosen,
    make: (
      before: Invitation,
      now: number,
    ) => { after: Invitation; occasion: Occasion | null; fields: readonly string[] },
  ): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const room = await this.#room(transaction, inviter.scope, chosen.roomId);
      const before = await this.#inForce(transaction, chosen.roomId, chosen.id);
      if (before.sequence !== chosen.sequence) throw new AppError('changed_meanwhile');
      const made = make(before, this.#clock());
      const after = { ...made.after, sequence: before.sequence + 1 };
      const { occasion, fields } = made;
      const letterId =
        occasion === null
          ? before.letterId
          : await this.#supersede(transaction, inviter, room, before, { after, occasion });
      if (!(await updateInvitation(transaction, before, { ...after, letterId })))
        throw new AppError('changed_meanwhile');
      const action = after.revokedAt === null ? 'invitation.changed' : 'invitation.revoked';
      await this.#record(transaction, inviter.actor, action, room, after, fields);
    });
  }

  /**
   * Posts what follows upon an earlier letter. Where that is the first and still in the outbox it is taken back, and
   * what is told is told as if for the first time, or not at all.
   */
  async #supersede(
    transaction: Transaction,
    inviter: Inviter,
    room: Room,
    before: Invitation,
    { after, occasion }: { readonly after: Invitation; readonly occasion: Occasion },
  ): Promise<string | null> {
    const wasFirst = before.sequence === 0 && before.letterId !== null;
    const unread = wasFirst && (await this.#outbox.withdraw(transaction, before.letterId ?? ''));
    if (unread && occasion === 'cancelled') return before.letterId;
    return this.#post(transaction, inviter, room, after, unread ? 'invited' : occasion, before.appointment);
  }

  /** @param known the appointment that the guest's calendar may know of. */
  async #post(
    transaction: Transaction,
    { head }: Inviter,
    room: Room,
    invitation: Invitation,
    occasion: Occasion,
    known: Appointment | null = null,
  ): Promise<string | null> {
    const { email } = invitation;
    if (email === null) return null;
    const token = this.#guestLinks.tokenOf(invitation);
    const told = occasion === 'withdrawn' ? known : invitation.appointment;
    return this.#outbox.post(
      transaction,
      invitationLetter({ room, invitation, token, email }, head, { occasion, told, now: this.#clock() }),
    );
  }

  async #room(transaction: Transaction, scope: Scope, id: string): Promise<Room> {
    const room = await findRoom(transaction, scope, id);
    if (room === null) throw new AppError('not_found');
    return room;
  }

  async #inForce(transaction: Transaction, roomId: string, id: string): Promise<Invitation> {
    const invitation = await findInvitation(transaction, roomId, id);
    if (invitation === null) throw new AppError('not_found');
    if (!isInForce(invitation, this.#clock())) throw new AppError('changed_meanwhile');
    return invitation;
  }

  #record(
    transaction: Transaction,
    actor: Actor,
    action: AuditAction,
    room: Room,
    invitation: Invitation,
    fields: readonly string[],
  ): Promise<void> {
    return this.#audit.record(
      actor,
      {
        action,
        organisationId: room.organisationId,
        object: { kind: 'invitation', id: invitation.id },
        details: { room: room.id, byLetter: invitation.email !== null, fields },
      },
      transaction,
    );
  }
}
