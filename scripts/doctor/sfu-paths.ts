import type { PeerDescription } from '../../media/contract.ts';
import { type Finding, findingsOf } from './catalogue.ts';
import type { Check } from './check.ts';
import type { Patient } from './patient.ts';
import { PathFault, type PathReason } from './wire/path-fault.ts';
import { openTcp, openUdp, type Pipe } from './wire/pipe.ts';
import { shownEndpoints } from './wire/places.ts';
import { type Sfu, SfuFault, type TrialRoom } from './wire/sfu.ts';
import type { Endpoint } from './wire/stun.ts';
import { holdCall, NoCall } from './wire/trial-call.ts';

/** How long packets and, after that, the call may take, in milliseconds. They take a few and a few dozen. */
const PATH_MS = 2_500;
const CALL_MS = 3_000;

/** Most workers that are tried at once; where there are more, the others are as good as these. */
const MOST_ROOMS = 16;

interface Trial extends Endpoint {
  readonly outcome: 'carries' | 'untried' | 'no_call' | PathReason;
}

/** Holds a call with every worker of the SFU that takes one, at every address it is announced at, by UDP or by TCP. */
export function sfuPaths(protocol: 'udp' | 'tcp'): Check {
  const name = `media_${protocol}` as const;
  const found = findingsOf(name);
  return {
    name,
    deadlineMs: 15_000,
    async examine(patient, signal) {
      const sfu = await patient.sfu().catch(nothingIfAway);
      if (sfu === null) return [found('not_tried')];
      const trials = await tryAll(sfu, { protocol, patient, signal }).catch((error: unknown) => {
        if (error instanceof SfuFault) return error;
        throw error;
      });
      if (trials instanceof SfuFault) return [found('no_room', { reason: trials.message })];
      if (trials.length === 0) return [found('not_tried')];

      const places = (outcome: Trial['outcome'], own: boolean) =>
        shownEndpoints(
          trials.filter((trial) => trial.outcome === outcome && patient.has(trial.address) === own),
        );
      const all = (outcome: Trial['outcome']) => [...places(outcome, true), ...places(outcome, false)];
      return [...new Set(trials.map(({ outcome }) => outcome))].flatMap((outcome): Finding[] => {
        if (outcome === 'carries' || outcome === 'untried') return [found(outcome, { places: all(outcome) })];
        const [own, foreign] = [places(outcome, true), places(outcome, false)];
        if (outcome === 'no_call') return [found('no_call', { places: all(outcome) })];
        const told: Finding[] = [];
        if (own.length > 0) told.push(found('blocked', { places: own, reason: outcome }));
        if (foreign.length > 0) told.push(found('not_from_inside', { places: foreign, reason: outcome }));
        return told;
      });
    },
  };
}

/** Null when the SFU cannot be controlled: the check that is about that tells why. */
export function nothingIfAway(error: unknown): null {
  if (error instanceof SfuFault) return null;
  throw error;
}

interface Means {
  readonly protocol: 'udp' | 'tcp';
  readonly patient: Patient;
  readonly signal: AbortSignal;
}

async function tryAll(sfu: Sfu, means: Means): Promise<Trial[]> {
  // Rooms that are made at once go to different workers, as far as these are equally busy.
  const rooms = Array.from({ length: Math.min(sfu.workers.running, MOST_ROOMS) });
  const taken = new Set<string>();
  const trials = await Promise.all(
    rooms.map(() =>
      sfu.withRoom(async (room) => {
        const first = await room.join();
        const mine = first.sendTransport.iceCandidates.filter(({ address, port, protocol }) => {
          const key = `${address} ${port}`;
          return protocol === means.protocol && !taken.has(key) && taken.add(key);
        });
        return Promise.all(
          mine.map(async ({ address, port }, index) =>
            tryOne(room, index === 0 ? first : await room.join(), { address, port }, means),
          ),
        );
      }),
    ),
  );
  return trials.flat();
}

async function tryOne(
  room: TrialRoom,
  peer: PeerDescription,
  target: Endpoint,
  { protocol, patient, signal }: Means,
): Promise<Trial> {
  if (!patient.canTry(target.address)) return { ...target, outcome: 'untried' };
  const open = async (): Promise<Pipe> =>
    protocol === 'udp'
      ? openUdp(target)
      : openTcp(target, 'length first', AbortSignal.any([signal, AbortSignal.timeout(PATH_MS)]));
  try {
    await holdCall(room, peer, open, { pathMs: PATH_MS, callMs: CALL_MS, signal });
    return { ...target, outcome: 'carries' };
  } catch (error) {
    if (error instanceof PathFault) return { ...target, outcome: error.reason };
    if (error instanceof NoCall) return { ...target, outcome: 'no_call' };
    throw error;
  }
}
