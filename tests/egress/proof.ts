import { appliance, clients, mailRelay, nameServers } from './addresses.ts';
import { border, type Count, type Reading, tryOut } from './border.ts';
import { LookedUp } from './looked-up.ts';
import { RequestLog } from './request-log.ts';
import { carryOut, type Outcome, type Step } from './scenario.ts';
import { type Judgement, judge } from './verdict.ts';

/** Why it is not proven that nothing leaves. */
export type Doubt = 'something_left' | 'foreign_request' | 'not_counted' | 'instrument' | 'scenario';

export interface Proof {
  readonly startedAt: number;
  readonly tookMs: number;
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** Packets that were sent on purpose before, and how many of them were counted as what they were. */
  readonly instrument: { readonly sent: number; readonly counted: number };
  readonly steps: readonly { readonly step: Step; readonly tookMs: number }[];
  /** Null where the scenario did not come to its end. */
  readonly outcome: Outcome | null;
  /** Why it did not. */
  readonly fault: string | null;
  readonly traffic: Judgement;
  /** What came over the cables, by where from and type of frame. */
  readonly frames: Reading['frames'];
  /** What the border sent on towards the world. */
  readonly left: Count;
  readonly requests: { readonly count: number; readonly foreign: readonly string[] };
  /** None: nothing leaves. */
  readonly doubts: readonly Doubt[];
}

export interface ProofOptions {
  /** In memory; gets all that the scenario writes. */
  readonly folder: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly onStep: (step: Step) => void;
}

/** Tries the instrument, carries out the scenario, and judges what was counted. The networks must be laid. */
export async function prove({ folder, settings, onStep }: ProofOptions): Promise<Proof> {
  const startedAt = Date.now();
  const lookedUp = await LookedUp.listen();
  await border.watch();
  const { sent, counted } = await tryOut(nameServers, 53);
  lookedUp.all.length = 0;
  await border.watch();

  const requests = new RequestLog();
  const begun: { step: Step; at: number }[] = [];
  let outcome: Outcome | null = null;
  let fault: string | null = null;
  try {
    const begin = (step: Step) => {
      begun.push({ step, at: Date.now() });
      onStep(step);
    };
    outcome = await carryOut({ folder, settings, requests, onStep: begin });
  } catch (thrown) {
    fault = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const reading = await border.read();
  lookedUp.stop();
  const endedAt = Date.now();

  const traffic = judge(reading, lookedUp.all);
  const doubts: Doubt[] = [];
  if (traffic.foreign.length > 0) doubts.push('something_left');
  if (requests.foreign.length > 0) doubts.push('foreign_request');
  if (!traffic.isComplete) doubts.push('not_counted');
  if (counted.length !== sent.length) doubts.push('instrument');
  if (outcome === null) doubts.push('scenario');
  return {
    startedAt,
    tookMs: endedAt - startedAt,
    addresses: {
      appliance: appliance.addresses,
      ...Object.fromEntries(clients.map(({ name, addresses }) => [name, addresses])),
      'mail relay': [mailRelay.address],
      'name servers': nameServers,
    },
    instrument: { sent: sent.length, counted: counted.length },
    steps: begun.map(({ step, at }, index) => ({
      step,
      tookMs: (begun[index + 1]?.at ?? endedAt) - at,
    })),
    outcome,
    fault,
    traffic,
    frames: reading.frames,
    left: reading.left,
    requests: { count: requests.count, foreign: requests.foreign },
    doubts,
  };
}
