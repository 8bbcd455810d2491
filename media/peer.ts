import type { FastifyBaseLogger } from 'fastify';
import { WorkerClosedError } from 'mediasoup/errors';
import type { Consumer, Producer, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { producerRtpParameters } from './codecs.ts';
import type {
  ConsumerDescription,
  Label,
  Layers,
  MediaEvent,
  PeerDescription,
  ProducerDescription,
  Source,
} from './contract.ts';
import { MediaFault, refuseUnfitAsync } from './fault.ts';
import { PeerTransport, type TransportOptions } from './peer-transport.ts';
import type { Placement } from './worker-pool.ts';

export type SentProducer = Producer<{ readonly peerId: string; readonly source: Source }>;
export type ReceivedConsumer = Consumer<{ readonly producer: SentProducer }>;

type TransportState = Extract<MediaEvent, { event: 'transportStateChanged' }>['state'];

const kindOf = { microphone: 'audio', camera: 'video', screen: 'video', screenAudio: 'audio' } as const;

export interface PeerOptions {
  readonly peerId: string;
  readonly label: Label;
  readonly rtpCapabilities: RtpCapabilities;
  readonly transport: TransportOptions & {
    /** Most that the peer may send, all sources together, in kbit/s. */
    readonly maxIncomingKbps: number;
  };
  readonly onTransportState: (transportId: string, state: TransportState) => void;
  readonly onLayers: (consumerId: string, layers: Layers) => void;
  readonly log: FastifyBaseLogger;
}

/**
 * One participant in one room: a transport each way, what it sends and what it receives.
 *
 *   joining ──▶ joined ──▶ closed
 *      └───────────────────▶
 *
 * Whatever the worker makes for a peer that closed meanwhile is closed on arrival, so that nothing outlives it.
 */
export class Peer {
  readonly peerId: string;
  readonly label: Label;
  state: 'joining' | 'joined' | 'closed' = 'joining';
  /** True from the moment that the producers to receive on joining are chosen: later ones are offered one by one. */
  receiving = false;
  readonly #options: PeerOptions;
  readonly #producers = new Map<string, SentProducer>();
  readonly #consumers = new Map<string, ReceivedConsumer>();
  /** Sources that are sent or about to be. */
  readonly #sources = new Set<Source>();
  #placement: Placement | undefined;
  #send: PeerTransport | undefined;
  #recv: PeerTransport | undefined;

  constructor(options: PeerOptions) {
    this.peerId = options.peerId;
    this.label = options.label;
    this.#options = options;
  }

  /** Makes both transports at once. Rejects when the peer was closed meanwhile. */
  async open(placement: Placement): Promise<void> {
    const { transport, onTransportState } = this.#options;
    const { router, webRtcServer } = placement;
    const openOne = async () => {
      const opened: PeerTransport = await PeerTransport.open(router, webRtcServer, transport, (state) =>
        onTransportState(opened.id, state),
      );
      return opened;
    };
    const [send, recv] = await Promise.allSettled([openOne(), openOne()]);
    if (send.status === 'fulfilled' && recv.status === 'fulfilled' && this.state !== 'closed') {
      this.#placement = placement;
      this.#send = send.value;
      this.#recv = recv.value;
      return;
    }
    for (const half of [send, recv]) if (half.status === 'fulfilled') half.value.close();
    for (const half of [send, recv]) if (half.status === 'rejected') throw half.reason;
    throw new MediaFault('not_found', { detail: 'The peer left while it was joining.' });
  }

  /** Holds the peer to what it may send. */
  async limitIncoming(): Promise<void> {
    const { maxIncomingKbps } = this.#options.transport;
    await this.#halves().send.webRtcTransport.setMaxIncomingBitrate(maxIncomingKbps * 1000);
  }

  /** @throws {MediaFault} `not_found` when the transport is none of this peer's. */
  transport(transportId: string): PeerTransport {
    const { send, recv } = this.#halves();
    const found = [send, recv].find(({ id }) => id === transportId);
    if (!found) throw new MediaFault('not_found', { detail: 'There is no such transport.' });
    return found;
  }

  /** @throws {MediaFault} `not_found` when the peer sends no such producer. */
  producer(producerId: string): SentProducer {
    const found = this.#producers.get(producerId);
    if (!found) throw new MediaFault('not_found', { detail: 'There is no such producer.' });
    return found;
  }

  get producers(): Iterable<SentProducer> {
    return this.#producers.values();
  }

  consumer(consumerId: string): ReceivedConsumer | undefined {
    return this.#consumers.get(consumerId);
  }

  /**
   * Starts sending a source. The producer is nobody's to receive before {@link publish}.
   *
   * @throws {MediaFault} `conflict` when the source is being sent, `invalid` when the parameters do not fit.
   */
  async createProducer(sent: {
    kind: 'audio' | 'video';
    source: Source;
    rtpParameters: RtpParameters;
    paused: boolean;
  }): Promise<SentProducer> {
    const { kind, source, rtpParameters, paused } = sent;
    if (kindOf[source] !== kind) {
      throw new MediaFault('invalid', { detail: `The source ${source} cannot be of kind ${kind}.` });
    }
    // mediasoup itself would take a video codec for sound.
    if (!rtpParameters.codecs.every(({ mimeType }) => mimeType.toLowerCase().startsWith(`${kind}/`))) {
      throw new MediaFault('invalid', {
        detail: `Every codec of a producer of kind ${kind} must be ${kind}.`,
      });
    }
    if (this.#sources.has(source)) {
      throw new MediaFault('conflict', { detail: `The peer already sends ${source}.` });
    }
    this.#sources.add(source);
    try {
      const producer: SentProducer = await refuseUnfitAsync(() =>
        this.#halves().send.webRtcTransport.produce({
          kind,
          rtpParameters: producerRtpParameters(rtpParameters),
          paused,
          appData: { peerId: this.peerId, source },
        }),
      );
      producer.observer.once('close', () => {
        this.#sources.delete(source);
        this.#producers.delete(producer.id);
      });
      if (this.state === 'closed') {
        producer.close();
        throw new MediaFault('not_found', { detail: 'The peer left meanwhile.' });
      }
      return producer;
    } catch (error) {
      this.#sources.delete(source);
      throw error;
    }
  }

  /** Makes a producer one of those that others receive. */
  publish(producer: SentProducer): void {
    this.#producers.set(producer.id, producer);
  }

  /**
   * Makes a paused consumer of a producer. Answers undefined when the peer cannot receive it, or when either of them
   * went away meanwhile: one participant's odd parameters are no reason to fail for the others.
   */
  async consume(producer: SentProducer): Promise<ReceivedConsumer | undefined> {
    const { recv, placement } = this.#halves();
    const { rtpCapabilities } = this.#options;
    try {
      if (!placement.router.canConsume({ producerId: producer.id, rtpCapabilities })) return undefined;
      const consumer: ReceivedConsumer = await recv.webRtcTransport.consume({
        producerId: producer.id,
        rtpCapabilities,
        paused: true,
        appData: { producer },
      });
      if (this.state === 'closed' || producer.closed) {
        consumer.close();
        return undefined;
      }
      this.#consumers.set(consumer.id, consumer);
      consumer.observer.once('close', () => this.#consumers.delete(consumer.id));
      consumer.on('layerschange', (layers) => this.#options.onLayers(consumer.id, layers ?? null));
      return consumer;
    } catch (error) {
      if (error instanceof WorkerClosedError) throw error;
      if (this.state !== 'closed' && !producer.closed) {
        this.#options.log.warn({ err: error }, 'a peer cannot receive a producer');
      }
      return undefined;
    }
  }

  /** Both of its transports, and all that it receives: what its quality is read from. */
  get measured(): {
    readonly transports: readonly PeerTransport[];
    readonly consumers: readonly ReceivedConsumer[];
  } {
    const { send, recv } = this.#halves();
    return { transports: [send, recv], consumers: [...this.#consumers.values()] };
  }

  /** Lets go of whatever it received of a producer that closed. The worker has closed it already. */
  drop(producer: SentProducer): void {
    for (const consumer of this.#consumers.values()) {
      if (consumer.appData.producer === producer) this.#consumers.delete(consumer.id);
    }
  }

  /** Everything that a browser needs, with the named consumers or, by default, all of them. */
  describe(consumers: Iterable<ReceivedConsumer> = this.#consumers.values()): PeerDescription {
    const { send, recv } = this.#halves();
    return {
      peerId: this.peerId,
      label: this.label,
      sendTransport: send.description,
      recvTransport: recv.description,
      producers: [...this.#producers.values()].map(describeProducer),
      consumers: [...consumers].filter(({ id }) => this.#consumers.has(id)).map(describeConsumer),
    };
  }

  /** Closes both transports, and with them all that goes through them. */
  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#send?.close();
    this.#recv?.close();
  }

  #halves(): { send: PeerTransport; recv: PeerTransport; placement: Placement } {
    const [send, recv, placement] = [this.#send, this.#recv, this.#placement];
    if (!send || !recv || !placement) throw new Error('A peer was used before its transports were there.');
    return { send, recv, placement };
  }
}

function describeProducer({ id, kind, paused, appData }: SentProducer): ProducerDescription {
  return { producerId: id, kind, source: appData.source, paused };
}

export function describeConsumer(consumer: ReceivedConsumer): ConsumerDescription {
  const { producer } = consumer.appData;
  return {
    consumerId: consumer.id,
    producerId: producer.id,
    producerPeerId: producer.appData.peerId,
    kind: consumer.kind,
    source: producer.appData.source,
    rtpParameters: consumer.rtpParameters,
    // Not the consumer's own copy, which follows a moment later.
    producerPaused: producer.paused,
  };
}
