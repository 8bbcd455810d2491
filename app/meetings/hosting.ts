import type { Actor, AuditEntry, AuditLog } from '../audit/audit-log.ts';
import type { Clock } from '../kernel/clock.ts';
import type { LiveMeetings } from './live-meetings.ts';
import type { Meeting } from './meeting.ts';
import type { Stay } from './stay.ts';

export interface HostingOptions {
  readonly live: LiveMeetings;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Takes somebody out of a meeting. */
  readonly leave: (stay: Stay) => void;
}

/** What those do who run a meeting. The caller has seen to it that they may (`demand` in moderation.ts, or a permission). */
export class Hosting {
  readonly #live: LiveMeetings;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #leave: (stay: Stay) => void;

  constructor({ live, audit, clock, leave }: HostingOptions) {
    this.#live = live;
    this.#audit = audit;
    this.#clock = clock;
    this.#leave = leave;
  }

  /** Lets in who waits, or sends them away; unknown ones are passed over. */
  async answer(
    meeting: Meeting,
    waitingIds: readonly string[],
    answer: 'admit' | 'deny',
    actor: Actor,
  ): Promise<void> {
    const count = meeting.lobby[answer](waitingIds);
    if (count === 0) return;
    meeting.waitingChanged(this.#clock());
    await this.#note(actor, meeting, answer === 'admit' ? 'lobby.admitted' : 'lobby.denied', { count });
  }

  /** Lets nobody else in, or lets people in again. */
  async setLocked(meeting: Meeting, locked: boolean, actor: Actor): Promise<void> {
    if (meeting.isLocked === locked) return;
    meeting.isLocked = locked;
    meeting.notify('lockChanged', { locked });
    await this.#live.lockChanged(meeting.id, locked ? this.#clock() : null);
    await this.#note(actor, meeting, locked ? 'meeting.locked' : 'meeting.unlocked');
  }

  /** Ends it for everybody, those who wait included. */
  async end(meeting: Meeting, actor: Actor): Promise<void> {
    const participants = [...meeting.participants.values()];
    const noted = this.#note(actor, meeting, 'meeting.ended', { participants: participants.length });
    meeting.notify('meetingEnded', {});
    meeting.lobby.close();
    for (const participant of participants) this.#leave({ meeting, participant, isWaiting: false });
    await noted;
  }

  #note(
    actor: Actor,
    meeting: Meeting,
    action: AuditEntry['action'],
    details: AuditEntry['details'] = {},
  ): Promise<void> {
    return this.#audit.record(actor, {
      action,
      organisationId: meeting.place?.organisationId ?? null,
      object: { kind: 'meeting', id: meeting.id },
      details: { ...details, room: meeting.place?.id ?? null },
    });
  }
}
