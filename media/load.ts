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

/** What {@link OperationReply} of `readLoad` says. */
export function readLoad({
  pool,
  relayPorts,
  ownAddresses = addressesOfMachine,
}: LoadOptions): OperationReply<'readLoad'> {
  const own = new Set(ownAddresses());
  const isRelay = ({ remoteIp, remotePort }: { readonly remoteIp?: string; readonly remotePort?: number }) =>
    relayPorts !== null &&
    remoteIp !== undefined &&
    remotePort !== undefined &&
    own.has(remoteIp) &&
    remotePort >= relayPorts.min &&
    remotePort <= relayPorts.max;
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
