import type { FastifyBaseLogger } from 'fastify';
import { WorkerClosedError } from 'mediasoup/errors';
import type { RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { producerRtpParameters } from './codecs.ts';
import {
  type ConsumerDescription,
  type Label,
  type Layers,
  type MediaEvent,
  type PeerDescription,
  type Source,
  SPEAKER_PRIORITY,
  type View,
} from './contract.ts';
import { MediaFault, refuseUnfitAsync } from './fault.ts';
import { PeerTransport, type TransportOptions } from './peer-transport.ts';
import { type ReceivedConsumer, Reception, type SentProducer, type Want } from './reception.ts';
import type { Placement } from './worker-pool.ts';

type TransportState = Extract<MediaEvent, { event: 'transportStateChanged' }>['state'];

/** Above every layer there is: mediasoup takes the highest one instead. */
const TOP_LAYER = 7;

/**
 * A sender is asked for a key frame at once, but not again within this time, in milliseconds: one browser that cannot
 * decode, or a room that fills, would else have everybody send pictures of four times the size all the time.
 */
const KEY_FRAME_DELAY_MS = 500;

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
  /** Highest spatial layer of every camera before {@link Peer.look}. */
  readonly firstLayer?: number | undefined;
  /** Whether the voice of a peer is one of those that are forwarded. */
  readonly isForwarded: (peerId: string) => boolean;
  /** Whether nobody is louder than this peer. */
  readonly isLoudest: (peerId: string) => boolean;
  /** What is wanted of a producer may have changed. */
  readonly onWanted: (producer: SentProducer) => void;
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
  label: Label;
  state: 'joining' | 'joined' | 'closed' = 'joining';
  /** True from the moment that the producers to receive on joining are chosen: later ones are offered one by one. */
  receiving = false;
  readonly #options: PeerOptions;
  readonly #producers = new Map<string, SentProducer>();
  readonly #receptions = new Map<string, Reception>();
  /** What is looked at, by {@link viewKey}; undefined until it is known. */
  #views: ReadonlyMap<string, View> | undefined;
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

  reception(consumerId: string): Reception | undefined {
    return this.#receptions.get(consumerId);
  }

  /** Highest spatial layer that this peer wants of a producer; null: none. */
  wantedLayer(producer: SentProducer): number | null {
    const wanted = this.#of(producer).map(({ wantedLayer }) => wantedLayer ?? -1);
    const highest = Math.max(-1, ...wanted);
    return highest < 0 ? null : highest;
  }

  /** These pictures flow from now on, and no others. */
  async look(views: readonly View[]): Promise<void> {
    this.#views = new Map(views.map((view) => [viewKey(view.peerId, view.source), view]));
    await this.adjust();
  }

  /** Brings what flows in line with what is wanted, of one other peer or of all. */
  async adjust(peerId?: string): Promise<void> {
    const changed = [...this.#receptions.values()].filter(
      ({ consumer }) => peerId === undefined || consumer.appData.producer.appData.peerId === peerId,
    );
    const settled = changed.map((reception) =>
      reception.want(this.#wantOf(reception.consumer.appData.producer)),
    );
    for (const { consumer } of changed) this.#options.onWanted(consumer.appData.producer);
    await Promise.all(settled);
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
          keyFrameRequestDelay: KEY_FRAME_DELAY_MS,
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
  async consume(producer: SentProducer): Promise<Reception | undefined> {
    const { recv, placement } = this.#halves();
    const { rtpCapabilities } = this.#options;
    try {
      if (!placement.router.canConsume({ producerId: producer.id, rtpCapabilities })) return undefined;
      const want = this.#wantOf(producer);
      const consumer: ReceivedConsumer = await recv.webRtcTransport.consume({
        producerId: producer.id,
        rtpCapabilities,
        paused: true,
        ...(want && producer.kind === 'video' && { preferredLayers: want }),
        appData: { producer },
      });
      if (this.state === 'closed' || producer.closed) {
        consumer.close();
        return undefined;
      }
      const reception = new Reception(consumer, want);
      this.#receptions.set(consumer.id, reception);
      consumer.observer.once('close', () => this.#receptions.delete(consumer.id));
      consumer.on('layerschange', (layers) => {
        // What nobody looks at is not missed.
        if (layers || (reception.isFlowing && !producer.paused)) {
          this.#options.onLayers(consumer.id, layers ?? null);
        }
      });
      // It may have changed while the worker was making it.
      await reception.want(this.#wantOf(producer));
      this.#options.onWanted(producer);
      return reception;
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
    return {
      transports: [send, recv],
      consumers: [...this.#receptions.values()].map(({ consumer }) => consumer),
    };
  }

  /** Lets go of whatever it received of a producer that closed. The worker has closed it already. */
  drop(producer: SentProducer): void {
    for (const { consumer } of this.#of(producer)) this.#receptions.delete(consumer.id);
  }

  /** Everything that a browser needs, with the named consumers or, by default, all of them. */
  describe(receptions: Iterable<Reception> = this.#receptions.values()): Omit<PeerDescription, 'producers'> {
    const { send, recv } = this.#halves();
    return {
      peerId: this.peerId,
      label: this.label,
      sendTransport: send.description,
      recvTransport: recv.description,
      consumers: [...receptions]
        .filter(({ consumer }) => this.#receptions.has(consumer.id))
        .map(({ consumer }) => describeConsumer(consumer)),
    };
  }

  /** Closes both transports, and with them all that goes through them. */
  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#send?.close();
    this.#recv?.close();
  }

  #of(producer: SentProducer): Reception[] {
    return [...this.#receptions.values()].filter(({ consumer }) => consumer.appData.producer === producer);
  }

  #wantOf({ kind, appData: { peerId, source } }: SentProducer): Want | null {
    const { firstLayer, isForwarded, isLoudest } = this.#options;
    if (kind === 'audio') {
      const flows = source === 'screenAudio' || isForwarded(peerId);
      return flows ? { spatialLayer: 0, temporalLayer: 0, priority: 1 } : null;
    }
    const top = { spatialLayer: TOP_LAYER, temporalLayer: TOP_LAYER, priority: 1 };
    const first =
      source === 'camera' && firstLayer !== undefined ? { ...top, spatialLayer: firstLayer } : top;
    const want = this.#views ? this.#views.get(viewKey(peerId, source)) : first;
    if (!want) return null;
    const { spatialLayer, temporalLayer, priority } = want;
    const more = source === 'camera' && isLoudest(peerId) ? SPEAKER_PRIORITY : 0;
    return { spatialLayer, temporalLayer, priority: priority + more };
  }

  #halves(): { send: PeerTransport; recv: PeerTransport; placement: Placement } {
    const [send, recv, placement] = [this.#send, this.#recv, this.#placement];
    if (!send || !recv || !placement) throw new Error('A peer was used before its transports were there.');
    return { send, recv, placement };
  }
}

const viewKey = (peerId: string, source: Source) => `${peerId} ${source}`;

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
