import type { Consumer, Producer } from 'mediasoup/types';
import type { Source } from './contract.ts';

export type SentProducer = Producer<{ readonly peerId: string; readonly source: Source }>;
export type ReceivedConsumer = Consumer<{ readonly producer: SentProducer }>;

/** How a consumer is to flow. Layers count for pictures only. */
export interface Want {
  readonly spatialLayer: number;
  readonly temporalLayer: number;
  readonly priority: number;
}

/**
 * One consumer and what is wanted of it. It flows while it is both wanted and ready: its browser has it. Closed by
 * whoever closes the consumer.
 */
export class Reception {
  readonly consumer: ReceivedConsumer;
  #want: Want | null;
  #isReady = false;
  #isFlowing = false;

  /** @param want what the consumer was made with. */
  constructor(consumer: ReceivedConsumer, want: Want | null) {
    this.consumer = consumer;
    this.#want = want;
  }

  /** Whether packets are meant to reach the browser, if the sender sends any. */
  get isFlowing(): boolean {
    return this.#isFlowing;
  }

  /** Highest spatial layer that is wanted, of those there are; null: none. */
  get wantedLayer(): number | null {
    const layers = this.consumer.appData.producer.rtpParameters.encodings?.length ?? 1;
    return this.#want && Math.min(this.#want.spatialLayer, layers - 1);
  }

  /** The browser has it. Rejects as mediasoup does, unless the consumer closed meanwhile. */
  async ready(): Promise<void> {
    this.#isReady = true;
    await this.#settle([]);
  }

  /** Changes what is wanted; null pauses it. Rejects as mediasoup does, unless the consumer closed meanwhile. */
  async want(want: Want | null): Promise<void> {
    const before = this.#want;
    this.#want = want;
    const changes: Promise<void>[] = [];
    if (want && this.consumer.kind === 'video') {
      const isOther =
        want.spatialLayer !== before?.spatialLayer || want.temporalLayer !== before.temporalLayer;
      if (isOther) changes.push(this.consumer.setPreferredLayers(want));
      if (want.priority !== this.#priority(before)) changes.push(this.consumer.setPriority(want.priority));
    }
    await this.#settle(changes);
  }

  #priority(want: Want | null): number {
    return want?.priority ?? 0;
  }

  /** Requests reach the worker in the order in which they are made, so the last one decides. */
  async #settle(changes: Promise<void>[]): Promise<void> {
    const isFlowing = this.#isReady && this.#want !== null;
    if (isFlowing !== this.#isFlowing) {
      this.#isFlowing = isFlowing;
      changes.push(isFlowing ? this.consumer.resume() : this.consumer.pause());
    }
    try {
      await Promise.all(changes);
    } catch (error) {
      if (!this.consumer.closed) throw error;
    }
  }
}
