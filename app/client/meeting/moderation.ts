import { createNanoEvents } from 'nanoevents';
import type { Joined, Participant, RuleName, Rules } from '../../meetings/messages.ts';
import {
  everythingAllowed,
  type MeetingPermission,
  mayDo,
  mayDoTo,
  mayUse,
  type ReachingPermission,
} from '../../meetings/rules.ts';
import type { Signalling } from './signalling.ts';

/** What a host can stop of somebody's. Sound that comes with a screen goes with it. */
export type StoppableSource = 'microphone' | 'camera' | 'screen';

interface ModerationEvents {
  /** The rules, or one's own role or exceptions: look again at what may be pressed. */
  changed: () => void;
}

/**
 * What this side may do in the meeting, and what it does to others. It offers what the server would allow; the server
 * looks again.
 *
 * Everything that asks the server throws `SignallingError`: `host_needed`, `not_found` for somebody who left.
 */
export class Moderation {
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<ModerationEvents>();
  #you: Participant | null = null;
  #rules: Rules = everythingAllowed;

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
    signalling.on('rulesChanged', ({ rules }) => {
      this.#rules = rules;
      this.#events.emit('changed');
    });
    signalling.on('participantChanged', ({ participant }) => {
      if (participant.id !== this.#you?.id) return;
      this.#you = participant;
      this.#events.emit('changed');
    });
  }

  on<Name extends keyof ModerationEvents>(name: Name, listener: ModerationEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** What is allowed to all. */
  get rules(): Rules {
    return this.#rules;
  }

  /** This side, as the server knows it; null before it has joined. */
  get you(): Participant | null {
    return this.#you;
  }

  /** The meeting says what the server answered to `join`. */
  joined({ you, rules }: Joined): void {
    this.#you = you.participant;
    this.#rules = rules;
    this.#events.emit('changed');
  }

  /** Whether this side may unmute, show its camera, write … */
  mayUse(rule: RuleName): boolean {
    return this.#you === null || mayUse(this.#you, rule, this.#rules);
  }

  /** Whether somebody else may. */
  mayOtherUse(other: Participant, rule: RuleName): boolean {
    return mayUse(other, rule, this.#rules);
  }

  /** Whether this side may do this at all: what its menus show. */
  may(permission: Exclude<MeetingPermission, RuleName>): boolean {
    return this.#you !== null && mayDo(this.#you.role, permission);
  }

  /** Whether this side may do this to that one. */
  mayTo(permission: ReachingPermission, other: Participant): boolean {
    return this.#you !== null && other.id !== this.#you.id && mayDoTo(this.#you.role, permission, other.role);
  }

  /** Mutes a microphone, or stops a camera or a shared screen. Nothing starts one again but its owner. */
  async stop(source: StoppableSource, participantId: string): Promise<void> {
    await this.#signalling.request('stopSource', { source, participantId });
  }

  /** The same for everybody whom this side's role reaches, but itself. */
  async stopAll(source: StoppableSource): Promise<void> {
    await this.#signalling.request('stopSource', { source, participantId: null });
  }

  async lowerHand(participantId: string): Promise<void> {
    await this.#signalling.request('lowerHands', { participantId });
  }

  async lowerAllHands(): Promise<void> {
    await this.#signalling.request('lowerHands', { participantId: null });
  }

  /** Takes somebody out for the rest of this meeting. From then on whoever has no account and no personal link knocks. */
  async remove(participantId: string): Promise<void> {
    await this.#signalling.request('remove', { participantId });
  }

  /** Allows or forbids to all. What is forbidden stops at once. */
  async setRule(rule: RuleName, allowed: boolean): Promise<void> {
    await this.#signalling.request('setRules', { rules: { [rule]: allowed } });
  }

  /** Allows or forbids to one; null: as for all. */
  async setException(participantId: string, rule: RuleName, allowed: boolean | null): Promise<void> {
    await this.#signalling.request('setException', { participantId, rule, allowed });
  }

  async setCohost(participantId: string, cohost: boolean): Promise<void> {
    await this.#signalling.request('setCohost', { participantId, cohost });
  }

  /** Makes somebody host; this side is co-host from then on. */
  async handOver(participantId: string): Promise<void> {
    await this.#signalling.request('handOver', { participantId });
  }
}
