import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EventStream } from './events.ts';
import { type LoadOptions, relayTest } from './load.ts';
import type { Rooms } from './rooms.ts';
import type { TrafficReading } from './traffic.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface MetricsOptions {
  readonly pool: WorkerPool;
  readonly rooms: Rooms;
  readonly events: EventStream;
  /** To tell what is relayed; null without a relay. */
  readonly relayPorts: LoadOptions['relayPorts'];
}

/** Numbers for Prometheus. They say how much there is, never who or where: the only labels are counted or fixed. */
export class Metrics {
  readonly registry = new Registry();
  readonly #calls: Histogram<'operation' | 'outcome'>;

  constructor({ pool, rooms, events, relayPorts }: MetricsOptions) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });

    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    type Read = (slot: WorkerPool['slots'][number]) => number | undefined;
    const workerOptions = (name: string, help: string) => ({ name, help, labelNames: ['worker'], registers });
    const readAll = <Value>(read: (slot: WorkerPool['slots'][number]) => Value | undefined) =>
      pool.slots.flatMap((slot) => {
        const value = read(slot);
        return value === undefined ? [] : [{ worker: { worker: slot.index }, value }];
      });
    const workerGauge = (name: string, help: string, read: Read) =>
      new Gauge({
        ...workerOptions(name, help),
        collect() {
          this.reset();
          for (const { worker, value } of readAll(read)) this.set(worker, value);
        },
      });
    const workerCounter = (name: string, help: string, read: Read) =>
      new Counter({
        ...workerOptions(name, help),
        collect() {
          this.reset();
          for (const { worker, value } of readAll(read)) this.inc(worker, value);
        },
      });

    gauge('linkello_media_rooms', 'Rooms with somebody in them.', () => rooms.size);
    gauge('linkello_media_peers', 'Peers in all rooms.', () => rooms.peers);
    gauge('linkello_media_event_subscribers', 'Apps that listen to the event stream.', () => events.size);
    for (const kind of ['routers', 'transports', 'producers', 'consumers'] as const) {
      workerGauge(
        `linkello_media_${kind}`,
        `Open ${kind} of a worker.`,
        ({ running }) => running?.census[kind],
      );
    }
    workerGauge(
      'linkello_media_connected_transports',
      'Transports of a worker that found a way.',
      ({ running }) => (running === undefined ? undefined : [...running.census.selectedTuples()].length),
    );
    workerGauge(
      'linkello_media_relayed_transports',
      'Transports of a worker whose way leads over the relay.',
      ({ running }) =>
        running === undefined
          ? undefined
          : [...running.census.selectedTuples()].filter(relayTest({ relayPorts })).length,
    );
    workerGauge(
      'linkello_media_worker_load_ratio',
      'Share of a core that the worker uses, 0 to 1.',
      ({ running, cpu }) => (running === undefined ? undefined : (cpu.share ?? undefined)),
    );
    workerGauge('linkello_media_worker_up', 'Whether the worker runs.', ({ running }) => (running ? 1 : 0));
    workerCounter(
      'linkello_media_worker_deaths_total',
      'Workers that died in this place.',
      ({ deaths }) => deaths,
    );
    workerCounter(
      'linkello_media_worker_cpu_seconds_total',
      'Processor time that the worker has used.',
      ({ usage }) => (usage ? (usage.ru_utime + usage.ru_stime) / 1000 : undefined),
    );
    const trafficCounter = (name: string, help: string, field: keyof TrafficReading) =>
      new Counter({
        ...workerOptions(name, help),
        async collect() {
          const readings = readAll(({ running }) => running?.traffic.read());
          this.reset();
          for (const { worker, value } of readings) this.inc(worker, (await value)[field]);
        },
      });
    trafficCounter('linkello_media_sent_bytes_total', 'Bytes sent to browsers.', 'sentBytes');
    trafficCounter('linkello_media_received_bytes_total', 'Bytes received from browsers.', 'receivedBytes');
    trafficCounter(
      'linkello_media_sent_packets_total',
      'Packets of sound and picture sent to browsers.',
      'sentPackets',
    );
    workerGauge(
      'linkello_media_worker_memory_peak_bytes',
      'Most memory that the worker has held.',
      ({ usage }) => (usage ? usage.ru_maxrss * 1024 : undefined),
    );

    this.#calls = new Histogram({
      name: 'linkello_media_control_call_seconds',
      help: 'How long control calls took; the outcome is ok or the code of the fault.',
      labelNames: ['operation', 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
  }

  observeCall(operation: string, outcome: string, seconds: number): void {
    this.#calls.observe({ operation, outcome }, seconds);
  }
}

/** Serves the metrics at `/metrics`, in the text format of Prometheus. */
export function serveMetrics(server: FastifyInstance, { registry }: Metrics): void {
  server.get('/metrics', async (_request, reply) => {
    void reply.type(registry.contentType);
    return registry.metrics();
  });
}
