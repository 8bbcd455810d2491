import type { Actor, AuditEntry, AuditLog } from '../audit/audit-log.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { isSame } from './kept-out.ts';
import type { Meeting } from './meeting.ts';
import type { Meetings } from './meetings.ts';
import type { RequestData, Rules } from './messages.ts';
import type { Participant } from './participant.ts';
import type { Peers } from './peers.ts';
import type { MeetingRegistry } from './registry.ts';
import {
  type MeetingPermission,
  mayDo,
  mayDoTo,
  mayUse,
  type ReachingPermission,
  ruleNames,
} from './rules.ts';
import type { Sources } from './sources.ts';
import type { Stay } from './stay.ts';

export interface ModerationOptions {
  readonly meetings: Pick<Meetings, 'leave'>;
  readonly peers: Pick<Peers, 'relabel'>;
  readonly sources: Pick<Sources, 'stop'>;
  readonly registry: Pick<MeetingRegistry, 'changed'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/**
 * What hosts and co-hosts do to others in their meeting. Every act looks at the table in `rules.ts` by itself.
 *
 * All throw AppError `host_needed` for who may not at all, `role_too_high` for who may not do it to this one, and
 * `not_found` for somebody who is not there.
 */
export class Moderation {
  readonly #meetings: ModerationOptions['meetings'];
  readonly #peers: ModerationOptions['peers'];
  readonly #sources: ModerationOptions['sources'];
  readonly #registry: ModerationOptions['registry'];
  readonly #audit: AuditLog;
  readonly #clock: Clock;

  constructor({ meetings, peers, sources, registry, audit, clock }: ModerationOptions) {
    this.#meetings = meetings;
    this.#peers = peers;
    this.#sources = sources;
    this.#registry = registry;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** Mutes, or stops a camera or a screen. What is on its way to be sent just now may follow it. */
  async stopSource(
    { meeting, participant }: Stay,
    { source, participantId }: RequestData<'stopSource'>,
    actor: Actor,
  ): Promise<void> {
    const targets = reached(meeting, participant, 'stop_source', participantId);
    const stopped = await Promise.all(
      targets.map((target) => this.#sources.stop(meeting, target, source, participant.id)),
    );
    const count = stopped.filter((wasSending) => wasSending).length;
    if (count > 0) await this.#note(actor, meeting, 'meeting.source_stopped', { source, count });
  }

  lowerHands({ meeting, participant }: Stay, { participantId }: RequestData<'lowerHands'>): void {
    const lowered = reached(meeting, participant, 'lower_hands', participantId).filter((target) =>
      meeting.setHand(target, false, this.#clock()),
    );
    if (lowered.length === 0) return;
    meeting.notify('handsChanged', { handIds: meeting.handIds });
    for (const target of lowered) this.#peers.relabel(meeting, target);
  }

  /** Takes somebody out, wherever else they are in this meeting or in front of it, and keeps them out. */
  async remove({ meeting, participant }: Stay, participantId: string, actor: Actor): Promise<void> {
    const [target] = reached(meeting, participant, 'remove', participantId);
    if (!target) return;
    const { identity } = target;
    const out = [...meeting.participants.values()].filter(
      (other) => other === target || (other !== participant && isSame(other.identity, identity)),
    );
    for (const each of out) meeting.keptOut.add(each.id, each.identity);
    this.#registry.changed(meeting);
    for (const each of out) {
      each.notify('removed', {});
      this.#meetings.leave({ meeting, participant: each, isWaiting: false });
    }
    if (meeting.lobby.denyThose((waiting) => isSame(waiting, identity)) > 0)
      meeting.waitingChanged(this.#clock());
    await this.#note(actor, meeting, 'meeting.participant_removed', { count: out.length });
  }

  /** Allows or forbids to all. */
  async setRules({ meeting, participant }: Stay, changes: Partial<Rules>, actor: Actor): Promise<void> {
    demand(participant, 'set_rules');
    const changed = ruleNames.filter(
      (rule) => (changes[rule] ?? meeting.rules[rule]) !== meeting.rules[rule],
    );
    if (changed.length === 0) return;
    meeting.rules = { ...meeting.rules, ...changes };
    meeting.notify('rulesChanged', { rules: meeting.rules });
    this.#registry.changed(meeting);
    await Promise.all([...meeting.participants.values()].map((each) => this.#obey(meeting, each)));
    await this.#note(actor, meeting, 'meeting.rules_changed', {
      allowed: changed.filter((rule) => meeting.rules[rule]),
      forbidden: changed.filter((rule) => !meeting.rules[rule]),
    });
  }

  /** Allows or forbids to one. */
  async setException(
    { meeting, participant }: Stay,
    { participantId, rule, allowed }: RequestData<'setException'>,
    actor: Actor,
  ): Promise<void> {
    const [target] = reached(meeting, participant, 'set_exception', participantId);
    if (!target) return;
    const { [rule]: _before, ...others } = target.exceptions;
    target.exceptions = allowed === null ? others : { ...others, [rule]: allowed };
    this.#changed(meeting, target);
    await this.#obey(meeting, target);
    await this.#note(actor, meeting, 'meeting.rules_changed', {
      ...(allowed === null ? { asForAll: [rule] } : { [allowed ? 'allowed' : 'forbidden']: [rule] }),
      count: 1,
    });
  }

  async setCohost(
    { meeting, participant }: Stay,
    { participantId, cohost }: RequestData<'setCohost'>,
    actor: Actor,
  ): Promise<void> {
    const [target] = reached(meeting, participant, 'set_cohost', participantId);
    if (!target || cohost === (target.role === 'cohost')) return;
    target.role = cohost ? 'cohost' : target.isGuest ? 'guest' : 'participant';
    this.#changed(meeting, target);
    await this.#obey(meeting, target);
    await this.#note(actor, meeting, 'meeting.role_changed', { role: target.role });
  }

  /** Makes somebody host. Whoever hands over stays as co-host. */
  async handOver({ meeting, participant }: Stay, participantId: string, actor: Actor): Promise<void> {
    const [target] = reached(meeting, participant, 'hand_over', participantId);
    if (!target) return;
    target.role = 'host';
    participant.role = 'cohost';
    this.#changed(meeting, target);
    this.#changed(meeting, participant);
    await this.#note(actor, meeting, 'meeting.role_changed', { role: 'host' });
  }

  /** Somebody's role or exceptions are others now. */
  #changed(meeting: Meeting, target: Participant): void {
    meeting.notify('participantChanged', { participant: target.seen });
    const waiting = mayDo(target.role, 'admit') ? meeting.lobby.seen(this.#clock()) : [];
    target.notify('waitingChanged', { waiting });
    this.#peers.relabel(meeting, target);
  }

  /** Stops what somebody sends and may not send any more, and takes back the files that they may not offer. */
  async #obey(meeting: Meeting, target: Participant): Promise<void> {
    if (!mayUse(target, 'files', meeting.rules)) {
      for (const { id } of meeting.files.removeOf(target)) meeting.notify('fileWithdrawn', { fileId: id });
    }
    const sources = (['microphone', 'camera', 'screen'] as const).filter(
      (source) => !mayUse(target, source, meeting.rules),
    );
    await Promise.all(sources.map((source) => this.#sources.stop(meeting, target, source, null)));
  }

  #note(
    actor: Actor,
    meeting: Meeting,
    action: AuditEntry['action'],
    details: AuditEntry['details'],
  ): Promise<void> {
    return this.#audit.record(actor, {
      action,
      organisationId: meeting.place?.organisationId ?? null,
      object: { kind: 'meeting', id: meeting.id },
      details: { ...details, room: meeting.place?.id ?? null },
    });
  }
}

/** @throws AppError `host_needed` for whoever may not. */
export function demand({ role }: Participant, permission: Exclude<MeetingPermission, keyof Rules>): void {
  if (!mayDo(role, permission)) throw new AppError('host_needed');
}

/** Whom somebody means, as far as their role reaches: one, or with null everybody else. */
function reached(
  meeting: Meeting,
  participant: Participant,
  permission: ReachingPermission,
  targetId: string | null,
): Participant[] {
  demand(participant, permission);
  if (!participant.allowances.orders.take())
    throw new AppError('too_many_requests', { params: { seconds: 1 } });
  if (targetId === null) {
    return meeting.others(participant).filter(({ role }) => mayDoTo(participant.role, permission, role));
  }
  const target = meeting.participants.get(targetId);
  if (!target?.isPresent) throw new AppError('not_found');
  if (!mayDoTo(participant.role, permission, target.role)) throw new AppError('role_too_high');
  return [target];
}
