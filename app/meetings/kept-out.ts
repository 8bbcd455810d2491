import { createHash } from 'node:crypto';
import type { Identity } from './participant.ts';

/**
 * Who was taken out of a meeting and may not come back to it. Kept as hashes, and only for as long as the meeting: by
 * account, by personal link, and by the participant that the page's token names.
 *
 * Whoever has neither account nor personal link can come as somebody new: nothing of a browser is kept that could tell.
 * So from the first removal on all of those have to be admitted by somebody who sees them ({@link isWatchingTheDoor}).
 */
export class KeptOut {
  readonly #hashes: Set<string>;

  constructor(hashes: readonly string[] = []) {
    this.#hashes = new Set(hashes);
  }

  get hashes(): readonly string[] {
    return [...this.#hashes];
  }

  /** Whether those whom nobody knows have to be admitted. */
  get isWatchingTheDoor(): boolean {
    return this.#hashes.size > 0;
  }

  add(participantId: string, identity: Identity): void {
    for (const key of keysOf(participantId, identity)) this.#hashes.add(hashOf(key));
  }

  holds(participantId: string, identity: Identity): boolean {
    return keysOf(participantId, identity).some((key) => this.#hashes.has(hashOf(key)));
  }
}

/** Whether two are the same to whoever takes one of them out. */
export function isSame(one: Identity, other: Identity): boolean {
  return (
    (one.personId !== null && one.personId === other.personId) ||
    (one.invitationId !== null && one.invitationId === other.invitationId)
  );
}

const keysOf = (participantId: string, { personId, invitationId }: Identity) => [
  `participant:${participantId}`,
  ...(personId === null ? [] : [`person:${personId}`]),
  ...(invitationId === null ? [] : [`invitation:${invitationId}`]),
];

const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url');
