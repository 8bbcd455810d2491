import { createHmac, timingSafeEqual } from 'node:crypto';
import { newId } from '../kernel/ids.ts';
import type { EndedMeeting, EndedStay } from '../meetings/tally.ts';

/** Connections that are told of one by one; of more people there is only the sum. */
const MOST_STAYS = 50;

/** How one participant was connected, without who it was. */
export interface AttestedStay {
  readonly joinedAt: number;
  readonly leftAt: number;
  readonly connectedSeconds: number;
  readonly drops: number;
  /** How sound and picture went; null where no way was found or nobody could say. */
  readonly path: 'udp' | 'tcp' | 'relay' | null;
  readonly isEncrypted: boolean | null;
  /** Both directions together, on average. */
  readonly kbps: number | null;
  /** Of the packets that should have come from them. */
  readonly lossPercent: number | null;
  readonly roundTripMs: number | null;
}

/** That a meeting took place, and how well it was connected. Nothing of what was said, nobody's name or address. */
export interface Attestation {
  readonly id: string;
  readonly organisationId: string;
  /** Whose room it was: they may have it. Null once their account is gone. */
  readonly personId: string | null;
  readonly edition: 'pro' | 'med';
  readonly startedAt: number;
  readonly endedAt: number;
  /** How long at least two were there at once. */
  readonly togetherSeconds: number;
  readonly people: number;
  /** How often connections were lost. */
  readonly drops: number;
  /** In the order of their coming; empty where there were too many. */
  readonly stays: readonly AttestedStay[];
}

/** `med`: where somebody came by a site of that edition. */
export type AttestedMeetings = 'off' | 'med' | 'all';

/**
 * The attestation of a meeting; null where none is wanted: it was in a room of nobody's, or two people never met.
 */
export function attestationOf(meeting: EndedMeeting, wanted: AttestedMeetings): Attestation | null {
  const { place, edition, startedAt, endedAt, stays } = meeting;
  const isWanted = wanted === 'all' || (wanted === 'med' && edition === 'med');
  if (!isWanted || place === null) return null;
  const togetherMs = togetherOf(stays);
  if (togetherMs === 0) return null;
  return {
    id: newId(),
    organisationId: place.organisationId,
    personId: place.personId,
    edition,
    startedAt,
    endedAt,
    togetherSeconds: Math.round(togetherMs / 1000),
    people: stays.length,
    drops: stays.reduce((sum, { drops }) => sum + drops, 0),
    stays: stays.length > MOST_STAYS ? [] : stays.map(attested),
  };
}

/** For how long two or more were there at once, in milliseconds. */
export function togetherOf(stays: readonly Pick<EndedStay, 'joinedAt' | 'leftAt'>[]): number {
  const turns = stays
    .flatMap(({ joinedAt, leftAt }) => [
      { at: joinedAt, by: 1 },
      { at: leftAt, by: -1 },
    ])
    // Who leaves at the moment at which another comes never met them.
    .sort((one, other) => one.at - other.at || one.by - other.by);
  let present = 0;
  let since = 0;
  let together = 0;
  for (const { at, by } of turns) {
    if (present >= 2) together += at - since;
    present += by;
    since = at;
  }
  return together;
}

function attested({ joinedAt, leftAt, connectedMs, drops, quality }: EndedStay): AttestedStay {
  const isMeasured = quality !== null && quality.path !== null && connectedMs > 0;
  return {
    joinedAt,
    leftAt,
    connectedSeconds: Math.round(connectedMs / 1000),
    drops,
    path: quality?.path ?? null,
    isEncrypted: quality?.isEncrypted ?? null,
    kbps: isMeasured ? Math.round(((quality.receivedBytes + quality.sentBytes) * 8) / connectedMs) : null,
    lossPercent:
      quality === null || quality.packets === 0
        ? null
        : Math.round((1000 * quality.lostPackets) / quality.packets) / 10,
    roundTripMs: quality?.roundTripMs == null ? null : Math.round(quality.roundTripMs),
  };
}

/**
 * HMAC-SHA-256 over what an attestation says, as hexadecimal digits. Whose it was is left out: that goes with their
 * account, and the rest still holds.
 */
export function sealOf(attestation: Attestation, key: string): string {
  const { id, organisationId, edition, startedAt, endedAt, togetherSeconds, people, drops, stays } =
    attestation;
  const said = [
    id,
    organisationId,
    edition,
    startedAt,
    endedAt,
    togetherSeconds,
    people,
    drops,
    stays.map(Object.entries),
  ];
  return createHmac('sha256', key).update('attestation\n').update(JSON.stringify(said)).digest('hex');
}

export function isSealed(attestation: Attestation, seal: string, key: string): boolean {
  const wanted = Buffer.from(sealOf(attestation, key));
  const found = Buffer.from(seal);
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}
