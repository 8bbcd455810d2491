import type { FastifyInstance } from 'fastify';
import { type Finding, inTime } from './card.ts';

/** How long the SFU may take to say how it is, in milliseconds. */
const ANSWER_MS = 1_000;

/** From so many connections on, most of them relayed mean that something is in their way. */
const MANY = 10;

export interface MediaStateOptions {
  readonly meetings: FastifyInstance['meetings'];
  /** Per cent of a core. */
  readonly loadLimit: number;
  readonly hasRelay: boolean;
  /** UDP and TCP port of the first worker. */
  readonly mediaPort: number;
}

/** Load of the workers, and how much goes through the relay. */
export async function mediaState({
  meetings,
  loadLimit,
  hasRelay,
  mediaPort,
}: MediaStateOptions): Promise<readonly [media: Finding, relay: Finding]> {
  const load = meetings.isReady ? await inTime(meetings.load(), ANSWER_MS) : null;
  if (load === null) {
    return [
      { name: 'media', code: 'away', tone: 'bad' },
      { name: 'relay', code: hasRelay ? 'unknown' : 'off', tone: 'quiet' },
    ];
  }
  const { workers } = load;
  const percent = (share: number | null) => (share === null ? null : Math.round(share * 100));
  const loads = workers.map(({ cpuShare }) => percent(cpuShare) ?? 0);
  const running = workers.filter((worker) => worker.running).length;
  const full = loads.filter((each) => each >= loadLimit).length;
  const media = {
    name: 'media',
    params: { running, wanted: workers.length, full, limit: loadLimit, most: Math.max(0, ...loads) },
    gauges: workers.map(({ port, rooms, cpuShare }) => ({
      params: { port: String(port), rooms },
      percent: percent(cpuShare),
      limit: loadLimit,
    })),
  };
  const sum = (key: 'connectedTransports' | 'relayedTransports') =>
    workers.reduce((total, worker) => total + worker[key], 0);
  const [connected, relayed] = [sum('connectedTransports'), sum('relayedTransports')];
  const relay = { name: 'relay', params: { connected, relayed, port: String(mediaPort) } };
  return [
    running < workers.length
      ? { ...media, code: 'down', tone: 'bad' }
      : full > 0
        ? { ...media, code: 'full', tone: 'warning' }
        : { ...media, code: 'running', tone: 'good' },
    !hasRelay
      ? { ...relay, code: 'off', tone: 'quiet' }
      : relayed === 0
        ? { ...relay, code: 'unused', tone: 'good' }
        : connected >= MANY && relayed > connected / 2
          ? { ...relay, code: 'much', tone: 'warning' }
          : { ...relay, code: 'used', tone: 'good' },
  ];
}
