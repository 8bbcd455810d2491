import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer, Transport, WebRtcTransport, Worker } from 'mediasoup/types';

/** How long a worker may take to say, in milliseconds; one that hangs must not hold up the other figures. */
const DEADLINE_MS = 3_000;

/** What has gone through a worker since it began. */
export interface TrafficReading {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Of sound and picture; without what keeps connections going. */
  readonly sentPackets: number;
}

/**
 * What goes through a worker. The worker counts for as long as a transport or a consumer lives, so what one carried
 * between the last reading and its end is missing.
 */
export class Traffic {
  /** What each carried by the last reading. */
  readonly #transports = new Map<Transport, { sent: number; received: number }>();
  readonly #consumers = new Map<Consumer, number>();
  #total: TrafficReading = { sentBytes: 0, receivedBytes: 0, sentPackets: 0 };
  #reading: Promise<TrafficReading> | undefined;

  constructor(worker: Worker) {
    worker.observer.on('newrouter', ({ observer }) =>
      observer.on('newtransport', (transport) => this.#follow(transport)),
    );
  }

  /** Asks the worker. Readings at the same moment are one. */
  read(): Promise<TrafficReading> {
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  #follow(transport: Transport): void {
    this.#transports.set(transport, { sent: 0, received: 0 });
    transport.observer.once('close', () => this.#transports.delete(transport));
    transport.observer.on('newconsumer', (consumer) => {
      this.#consumers.set(consumer, 0);
      consumer.observer.once('close', () => this.#consumers.delete(consumer));
    });
  }

  async #ask(): Promise<TrafficReading> {
    const transports = [...this.#transports].map(async ([transport, before]) => {
      const [stats] = await (transport as WebRtcTransport).getStats();
      if (!stats) return;
      this.#add({
        sentBytes: stats.bytesSent - before.sent,
        receivedBytes: stats.bytesReceived - before.received,
      });
      before.sent = stats.bytesSent;
      before.received = stats.bytesReceived;
    });
    const consumers = [...this.#consumers].map(async ([consumer, before]) => {
      const stats = await consumer.getStats();
      const packets = stats.reduce(
        (sum, { type, packetCount }) => sum + (type === 'outbound-rtp' ? packetCount : 0),
        0,
      );
      this.#add({ sentPackets: packets - before });
      if (this.#consumers.has(consumer)) this.#consumers.set(consumer, packets);
    });
    const isAnswered = new AbortController();
    const late = wait(DEADLINE_MS, undefined, { signal: isAnswered.signal }).catch(() => {});
    // Those that closed meanwhile reject.
    const asked = Promise.allSettled([...transports, ...consumers]);
    await Promise.race([asked, late]);
    isAnswered.abort();
    return this.#total;
  }

  #add(more: Partial<TrafficReading>): void {
    const { sentBytes = 0, receivedBytes = 0, sentPackets = 0 } = more;
    this.#total = {
      sentBytes: this.#total.sentBytes + sentBytes,
      receivedBytes: this.#total.receivedBytes + receivedBytes,
      sentPackets: this.#total.sentPackets + sentPackets,
    };
  }
}
