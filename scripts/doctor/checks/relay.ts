import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { readSecret, secretPlace } from '../../../config/secrets.ts';
import type { PeerDescription } from '../../../media/contract.ts';
import { issueCredentials } from '../../../turn/credentials.ts';
import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import type { Patient } from '../patient.ts';
import { type RelayWay, relayWays, WrongCertificate } from '../relay-ways.ts';
import { nothingIfAway } from '../sfu-paths.ts';
import { PathFault, type PathReason } from '../wire/path-fault.ts';
import type { Pipe } from '../wire/pipe.ts';
import { RelayedPipe, RelayRefusal } from '../wire/relayed-pipe.ts';
import { type Sfu, SfuFault } from '../wire/sfu.ts';
import { type CertificateProblem, readTrust } from '../wire/shown-certificate.ts';
import type { Endpoint } from '../wire/stun.ts';
import { holdCall, NoCall } from '../wire/trial-call.ts';

const found = findingsOf('relay');

/** How long a relay, packets through it, and the call after that may take, in milliseconds. */
const OPEN_MS = 4_000;
const PATH_MS = 3_000;
const CALL_MS = 3_000;

/** Long enough for the doctor, in seconds. */
const CREDENTIAL_SECONDS = 60;

/** Answers of a relay that has no more to give (RFC 8656, section 18.16). */
const CROWDED = new Set([486, 508]);

/** The relay may not go to that address. */
const FORBIDDEN = 403;

/** A call through the relay by each of its ways in, with a credential as browsers get it. */
export const relay: Check = {
  name: 'relay',
  deadlineMs: 15_000,
  async examine(patient, signal) {
    const { config } = patient;
    if (!config.turn.enabled) return [found('off')];
    const { file } = secretPlace(config, 'turn');
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    // To read it would make it.
    if (!isThere) return [found('no_secret', { file })];
    const secret = await readSecret(config, 'turn');
    const sfu = await patient.sfu().catch(nothingIfAway);
    const trust = await readTrust(config);
    const trials = await Promise.all(
      relayWays(patient, trust).map(async (way) => ({
        way,
        outcome: await tryWay(way, { patient, sfu, secret, signal }),
      })),
    );
    return tell(trials);
  },
};

type Outcome =
  | { readonly code: 'carries' | 'untried' | 'half_tried' | 'not_forwarded' | 'tls_off' }
  | { readonly code: 'blocked'; readonly reason: PathReason }
  | { readonly code: 'refused' | 'crowded'; readonly answer: number }
  | { readonly code: 'wrong_certificate'; readonly problem: CertificateProblem };

interface Means {
  readonly patient: Patient;
  readonly sfu: Sfu | null;
  readonly secret: string;
  readonly signal: AbortSignal;
}

async function tryWay(way: RelayWay, means: Means): Promise<Outcome> {
  const { sfu, patient } = means;
  if (!patient.canTry(way.at.address)) return { code: 'untried' };
  if (sfu !== null) {
    const outcome = await sfu.withRoom(async (room) => {
      const peer = await room.join().catch(nothingIfAway);
      if (peer === null) return null;
      return tryCall(way, sfuAt(peer, way.at), means, (pipes) =>
        holdCall(room, peer, async () => pipes.shift() as Pipe, {
          pathMs: PATH_MS,
          callMs: CALL_MS,
          signal: means.signal,
        }),
      );
    });
    if (outcome !== null) return outcome;
  }
  const [address = way.at.address] = patient.ownAddresses.filter(
    (each) => isIPv6(each) === isIPv6(way.at.address),
  );
  return tryCall(way, { address, port: patient.config.media.port }, means, null);
}

/** Where the SFU takes UDP, in the family that the relay is reached by, if it is there in that. */
function sfuAt({ sendTransport: { iceCandidates } }: PeerDescription, near: Endpoint): Endpoint {
  const open = iceCandidates.filter(({ protocol }) => protocol === 'udp');
  const one =
    open.find(({ address }) => address === near.address) ??
    open.find(({ address }) => isIPv6(address) === isIPv6(near.address)) ??
    open[0];
  if (!one) throw new Error('the SFU offers no UDP');
  return { address: one.address, port: one.port };
}

async function tryCall(
  way: RelayWay,
  peer: Endpoint,
  { secret, signal }: Means,
  call: ((pipes: RelayedPipe[]) => Promise<void>) | null,
): Promise<Outcome> {
  const pipes: RelayedPipe[] = [];
  // Each way as a participant of its own: so many relays at once are more than one may have.
  const credentials = issueCredentials({
    secret,
    participantId: `doctor-${randomBytes(6).toString('hex')}`,
    nowMs: Date.now(),
    lifetimeSeconds: CREDENTIAL_SECONDS,
  });
  const patience = AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)]);
  const open = async () => {
    pipes.push(await RelayedPipe.open(await way.open(patience), { credentials, peer }, patience));
  };
  try {
    // One for each of the call's two ends; one after the other, so that the first tells what is wrong.
    await open();
    if (call === null) return { code: 'half_tried' };
    await open();
    return await call([...pipes]).then(
      () => ({ code: 'carries' }) as const,
      (error: unknown) => {
        if (error instanceof PathFault || error instanceof NoCall) return { code: 'not_forwarded' } as const;
        if (error instanceof SfuFault) return { code: 'half_tried' } as const;
        throw error;
      },
    );
  } catch (error) {
    return toOutcome(error);
  } finally {
    for (const pipe of pipes) pipe.close();
  }
}

function toOutcome(error: unknown): Outcome {
  if (error instanceof WrongCertificate) return { code: 'wrong_certificate', problem: error.problem };
  if (error instanceof PathFault) return { code: 'blocked', reason: error.reason };
  if (!(error instanceof RelayRefusal)) throw error;
  if (error.code === FORBIDDEN) return { code: 'not_forwarded' };
  return { code: CROWDED.has(error.code) ? 'crowded' : 'refused', answer: error.code };
}

interface Trial {
  readonly way: RelayWay;
  readonly outcome: Outcome;
}

/** Coturn that was started before there was a certificate has its other ports and none for TLS. */
function seeThrough(trials: readonly Trial[]): Trial[] {
  const isAlive = (address: string) =>
    trials.some(
      ({ way, outcome }) => way.kind === 'turn' && way.at.address === address && outcome.code !== 'blocked',
    );
  return trials.map(({ way, outcome }) => {
    const isRefused = outcome.code === 'blocked' && outcome.reason === 'refused';
    const isOff = way.kind === 'turns' && isRefused && isAlive(way.at.address);
    return { way, outcome: isOff ? { code: 'tls_off' } : outcome };
  });
}

/** Ways that fare alike are one finding. */
function tell(trials: readonly Trial[]): Finding[] {
  const groups = Map.groupBy(seeThrough(trials), ({ outcome }) => JSON.stringify(outcome));
  return [...groups.values()].map((group) => {
    const places = group.map(({ way }) => way.shown);
    const { outcome } = group[0] as Trial;
    switch (outcome.code) {
      case 'blocked':
        return found('blocked', { places, reason: outcome.reason });
      case 'refused':
      case 'crowded':
        return found(outcome.code, { places, code: outcome.answer });
      case 'wrong_certificate':
        return found('wrong_certificate', { places, problem: outcome.problem });
      default:
        return found(outcome.code, { places });
    }
  });
}
