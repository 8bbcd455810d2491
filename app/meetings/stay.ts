import type { Person } from '../identity/person.ts';
import type { AppError } from '../kernel/errors.ts';
import type { Refusal } from '../rooms/admission.ts';
import type { Meeting } from './meeting.ts';
import type { IceServer } from './messages.ts';
import type { Connection, Participant } from './participant.ts';
import type { Edition } from './tally.ts';

/** A participant's stay in a meeting, or in front of it: what a connection holds once it has joined. */
export interface Stay {
  readonly meeting: Meeting;
  readonly participant: Participant;
  /** Whether they wait to be let in. */
  readonly isWaiting: boolean;
}

/** Who joins over which connection. */
export interface Arrival {
  readonly connection: Connection;
  /** Null for a guest. */
  readonly person: Person | null;
  /** Of the site that they came by. */
  readonly edition: Edition;
  /** What a participant's browser is told of the relay. */
  readonly iceServers: (participantId: string) => IceServer[];
  /** Why they may not enter, in their language. */
  readonly refusalFault: (refusal: Refusal) => AppError;
}
