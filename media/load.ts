import { networkInterfaces } from 'node:os';
import type { OperationReply } from './contract.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface LoadOptions {
  readonly pool: Pick<WorkerPool, 'slots'>;
  /** UDP ports that the relay sends from; null without a relay. */
  readonly relayPorts: { readonly min: number; readonly max: number } | null;
  /** Of this machine, where the relay runs too. */
  readonly ownAddresses?: () => readonly string[];
}

type Remote = { readonly remoteIp?: string; readonly remotePort?: number };

/** Tells whether packets come from the relay: from an address of this machine and a port that the relay sends from. */
export function relayTest({
  relayPorts,
  ownAddresses = addressesOfMachine,
}: Omit<LoadOptions, 'pool'>): (remote: Remote) => boolean {
  const own = new Set(ownAddresses());
  return ({ remoteIp, remotePort }) =>
    relayPorts !== null &&
    remoteIp !== undefined &&
    remotePort !== undefined &&
    own.has(remoteIp) &&
    remotePort >= relayPorts.min &&
    remotePort <= relayPorts.max;
}

/** What {@link OperationReply} of `readLoad` says. */
export function readLoad({ pool, ...relay }: LoadOptions): OperationReply<'readLoad'> {
  const isRelay = relayTest(relay);
  const workers = pool.slots.map(({ port, running, cpu }) => {
    const selected = [...(running?.census.selectedTuples() ?? [])];
    return {
      port,
      running: running !== undefined,
      rooms: running?.census.routers ?? 0,
      consumers: running?.census.consumers ?? 0,
      connectedTransports: selected.length,
      relayedTransports: selected.filter(isRelay).length,
      cpuShare: cpu.share,
    };
  });
  return { workers };
}

function addressesOfMachine(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}
