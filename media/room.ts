import type { FastifyBaseLogger } from 'fastify';
import type { Router } from 'mediasoup/types';
import type {
  MediaEvent,
  OperationInput,
  OperationReply,
  PeerDescription,
  ProducerDescription,
  RoomDescription,
  View,
} from './contract.ts';
import { Demand } from './demand.ts';
import { MediaFault } from './fault.ts';
import { describeConsumer, Peer, type PeerOptions } from './peer.ts';
import type { Reception, SentProducer } from './reception.ts';
import { Speakers } from './speakers.ts';
import { Voices } from './voices.ts';
import type { Placement } from './worker-pool.ts';

export interface RoomOptions {
  readonly roomId: string;
  /** Where the room is to live; may reject. */
  readonly placement: Promise<Placement>;
  readonly transport: PeerOptions['transport'];
  /** Most voices that are forwarded at once. */
  readonly voices: number;
  readonly emit: (event: MediaEvent) => void;
  readonly onClosed: () => void;
  readonly log: FastifyBaseLogger;
}

/** `closed`: on request. `workerDied`: its worker is gone. `empty`: nobody is left. `stopping`: so is the process. */
type CloseReason = 'closed' | 'workerDied' | 'empty' | 'stopping';

/**
 * All peers of one room, on one router.
 *
 * Who is offered what is decided between two awaits, so that no producer is offered to a peer twice or never: a peer
 * that joins takes all producers there are and from then on counts as receiving, in one step; a producer that starts
 * becomes one of those and is offered to all who are receiving, in one step.
 */
export class Room {
  readonly roomId: string;
  readonly #options: RoomOptions;
  readonly #peers = new Map<string, Peer>();
  /** Joins that are not answered yet, and how many callers still wait for each. */
  readonly #joins = new Map<Peer, { reply: Promise<PeerDescription>; callers: number }>();
  readonly #home: Promise<Placement>;
  readonly #listening: Promise<void>;
  readonly #voices: Voices;
  readonly #demands = new Map<SentProducer, Demand>();
  /** Who was the loudest when somebody was heard last. */
  #loudest: string | undefined;
  #speakers: Speakers | undefined;
  #router: Router | undefined;
  #closed: CloseReason | undefined;

  constructor(options: RoomOptions) {
    this.roomId = options.roomId;
    this.#options = options;
    this.#voices = new Voices(options.voices, (peerIds) => this.#adjust(peerIds));
    this.#home = this.#settle(options.placement);
    this.#listening = this.#home.then(({ router }) => this.#listen(router));
    // Every join waits for it, and with it for the home, and reports its failure.
    this.#listening.catch(() => undefined);
  }

  /** Peers that are in, not those still joining. */
  get size(): number {
    return [...this.#joined()].length;
  }

  /**
   * Lets a peer in, or answers what it has if it is in already. Calls at the same instant share one answer.
   *
   * @param signal aborted when the caller does not wait any more; a join that nobody waits for is undone.
   */
  async join(
    { peerId, rtpCapabilities, label, firstLayer }: OperationInput<'joinRoom'>,
    signal: AbortSignal,
  ): Promise<PeerDescription> {
    const present = this.#peers.get(peerId);
    if (present?.state === 'joined') return this.#describe(present);
    const peer = present ?? this.#newPeer({ peerId, rtpCapabilities, label, firstLayer });
    const join = this.#joins.get(peer);
    if (!join) throw this.#gone();
    join.callers += 1;
    signal.addEventListener('abort', () => {
      join.callers -= 1;
      if (join.callers === 0 && peer.state === 'joining') this.#remove(peer);
    });
    return join.reply;
  }

  leave(peerId: string): void {
    const peer = this.#peers.get(peerId);
    if (!peer) throw new MediaFault('not_found', { detail: 'There is no such peer.' });
    this.#remove(peer);
  }

  /** @throws {MediaFault} `not_found` when the peer is not in. */
  peer(peerId: string): Peer {
    const peer = this.#peers.get(peerId);
    if (peer?.state !== 'joined') throw new MediaFault('not_found', { detail: 'There is no such peer.' });
    return peer;
  }

  /**
   * Starts a producer and offers it to all who are receiving.
   *
   * @param signal aborted when the caller does not wait any more; the producer is then closed again.
   */
  async produce(
    { peerId, kind, source, rtpParameters, paused }: OperationInput<'produce'>,
    signal: AbortSignal,
  ): Promise<OperationReply<'produce'>> {
    const sender = this.peer(peerId);
    const producer = await sender.createProducer({ kind, source, rtpParameters, paused });
    const check = () => {
      if (signal.aborted || producer.closed) throw this.#gone();
    };
    try {
      check();
      // From here to the next await is one step: see the class.
      sender.publish(producer);
      this.#begin(producer);
      producer.observer.once('close', () => this.#forget(producer));
      const receivers = [...this.#peers.values()].filter((peer) => peer !== sender && peer.receiving);
      const offers = receivers.map(async (peer) => ({ peer, reception: await peer.consume(producer) }));
      const [made] = await Promise.all([Promise.all(offers), this.#listenTo(producer)]);
      check();
      return {
        producerId: producer.id,
        consumers: made.flatMap(({ peer, reception }) =>
          // It may be gone again: its peer left while others' were being made.
          reception && peer.reception(reception.consumer.id) === reception
            ? [{ peerId: peer.peerId, consumer: describeConsumer(reception.consumer) }]
            : [],
        ),
      };
    } catch (error) {
      producer.close();
      throw error;
    }
  }

  async pauseProducer(peerId: string, producerId: string): Promise<void> {
    const producer = this.peer(peerId).producer(producerId);
    await producer.pause();
    this.#speakers?.hush(producerId);
    if (producer.appData.source === 'microphone') this.#voices.shut(peerId);
  }

  async resumeProducer(peerId: string, producerId: string): Promise<void> {
    const producer = this.peer(peerId).producer(producerId);
    await producer.resume();
    if (producer.appData.source === 'microphone' && !producer.closed) this.#voices.opened(peerId);
  }

  closeProducer(peerId: string, producerId: string): void {
    this.peer(peerId).producer(producerId).close();
  }

  /** These pictures reach the peer from now on, and no others. */
  async setViews(peerId: string, views: readonly View[]): Promise<void> {
    await this.peer(peerId).look(views);
  }

  /** Lets consumers flow, as far as they are wanted; those that closed meanwhile are passed over. */
  async resumeConsumers(peerId: string, consumerIds: readonly string[]): Promise<void> {
    const peer = this.peer(peerId);
    const resumed = consumerIds.map(async (consumerId) => {
      try {
        await peer.reception(consumerId)?.ready();
      } catch (error) {
        if (peer.reception(consumerId)) throw error;
      }
    });
    await Promise.all(resumed);
  }

  describe(): RoomDescription {
    return {
      roomId: this.roomId,
      peers: [...this.#joined()].map((peer) => this.#describe(peer)),
      speakerPeerIds: [...(this.#speakers?.peerIds ?? [])],
    };
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = reason;
    const told = this.size > 0 && (reason === 'closed' || reason === 'workerDied');
    this.#speakers?.close();
    for (const demand of this.#demands.values()) demand.close();
    this.#demands.clear();
    // One by one, before the router: its server keeps transports in memory that close along with their router.
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    this.#router?.close();
    this.#options.onClosed();
    if (told) this.#options.emit({ event: 'roomClosed', roomId: this.roomId, reason });
  }

  async #settle(placing: Promise<Placement>): Promise<Placement> {
    const placement = await placing;
    const { router } = placement;
    if (this.#closed) {
      router.close();
      throw this.#gone();
    }
    this.#router = router;
    router.once('workerclose', () => this.close('workerDied'));
    return placement;
  }

  async #listen(router: Router): Promise<void> {
    this.#speakers = await Speakers.watch(router, (speakerPeerIds) => {
      this.#voices.heard(speakerPeerIds);
      const before = this.#loudest;
      // Whoever spoke last stays first while it is quiet.
      this.#loudest = speakerPeerIds[0] ?? before;
      if (this.#loudest !== before) {
        this.#adjust([before, this.#loudest].filter((peerId) => peerId !== undefined));
      }
      this.#options.emit({
        event: 'speakersChanged',
        roomId: this.roomId,
        speakerPeerIds: [...speakerPeerIds],
      });
    });
  }

  #newPeer(entry: Pick<PeerOptions, 'peerId' | 'rtpCapabilities' | 'label' | 'firstLayer'>): Peer {
    const { emit, transport, log } = this.#options;
    const where = { roomId: this.roomId, peerId: entry.peerId };
    const peer = new Peer({
      ...entry,
      transport,
      log,
      onTransportState: (transportId, state) =>
        emit({ event: 'transportStateChanged', ...where, transportId, state }),
      onLayers: (consumerId, layers) =>
        emit({ event: 'consumerLayersChanged', ...where, consumerId, layers }),
      isForwarded: (peerId) => this.#voices.isForwarded(peerId),
      isLoudest: (peerId) => peerId === this.#loudest,
      onWanted: (producer) => this.#weigh(producer),
    });
    this.#peers.set(peer.peerId, peer);
    this.#joins.set(peer, { reply: this.#admit(peer), callers: 0 });
    return peer;
  }

  async #admit(peer: Peer): Promise<PeerDescription> {
    try {
      const placement = await this.#home;
      await Promise.all([peer.open(placement), this.#listening]);

      // From here to the next await is one step: see the class.
      const others = [...this.#peers.values()].filter((other) => other !== peer);
      const producers = others.flatMap((other) => [...other.producers]);
      peer.receiving = true;
      const [receptions] = await Promise.all([
        Promise.all(producers.map((producer) => peer.consume(producer))),
        peer.limitIncoming(),
      ]);
      if (peer.state !== 'joining') throw this.#gone();
      peer.state = 'joined';
      // Those alone: what was offered meanwhile is in the answers to the others' calls.
      return this.#describe(
        peer,
        receptions.filter((reception) => reception !== undefined),
      );
    } catch (error) {
      this.#remove(peer);
      throw error;
    } finally {
      this.#joins.delete(peer);
    }
  }

  #remove(peer: Peer): void {
    if (this.#peers.get(peer.peerId) === peer) this.#peers.delete(peer.peerId);
    peer.close();
    for (const producer of this.#demands.keys()) this.#weigh(producer);
    if (this.#peers.size === 0) this.close('empty');
  }

  #forget(producer: SentProducer): void {
    for (const peer of this.#peers.values()) peer.drop(producer);
    this.#speakers?.forget(producer.id);
    if (producer.appData.source === 'microphone') this.#voices.shut(producer.appData.peerId);
    this.#demands.get(producer)?.close();
    this.#demands.delete(producer);
  }

  /** What a producer that starts means for the others: a voice more, or a picture that some may want. */
  #begin(producer: SentProducer): void {
    const { peerId, source } = producer.appData;
    if (source === 'microphone' && !producer.paused) this.#voices.opened(peerId);
    if (producer.kind !== 'video') return;
    const demand = new Demand((wantedLayer) => {
      const { emit } = this.#options;
      emit({ event: 'demandChanged', roomId: this.roomId, peerId, producerId: producer.id, wantedLayer });
    });
    this.#demands.set(producer, demand);
    this.#weigh(producer);
  }

  /** Finds out how much of a picture all peers together want. */
  #weigh(producer: SentProducer): void {
    const demand = this.#demands.get(producer);
    if (!demand) return;
    const layers = [...this.#peers.values()].map((peer) => peer.wantedLayer(producer) ?? -1);
    const highest = Math.max(-1, ...layers);
    demand.set(highest < 0 ? null : highest);
  }

  /** What these peers send flows otherwise from now on, to some. */
  #adjust(peerIds: readonly string[]): void {
    for (const receiver of this.#peers.values()) {
      for (const peerId of peerIds) {
        receiver.adjust(peerId).catch((err) => {
          // Its worker died: the whole room goes with it.
          if (!this.#closed) this.#options.log.warn({ err }, 'a consumer could not be adjusted');
        });
      }
    }
  }

  #describe(peer: Peer, receptions?: Iterable<Reception>): PeerDescription {
    const producers = [...peer.producers].map(
      (producer): ProducerDescription => ({
        producerId: producer.id,
        kind: producer.kind,
        source: producer.appData.source,
        paused: producer.paused,
        wantedLayer: this.#demands.get(producer)?.wantedLayer ?? null,
      }),
    );
    return { ...peer.describe(receptions), producers };
  }

  async #listenTo(producer: SentProducer): Promise<void> {
    if (producer.appData.source !== 'microphone') return;
    try {
      await this.#speakers?.add(producer.id, producer.appData.peerId);
    } catch (error) {
      if (!producer.closed) throw error;
    }
  }

  *#joined(): Iterable<Peer> {
    for (const peer of this.#peers.values()) if (peer.state === 'joined') yield peer;
  }

  /** Why a call cannot be finished when what it is about went away meanwhile. */
  #gone(): MediaFault {
    const lost = this.#closed === 'workerDied' || this.#closed === 'stopping';
    return new MediaFault(lost ? 'worker_lost' : 'not_found');
  }
}
