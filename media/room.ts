import type { FastifyBaseLogger } from 'fastify';
import type { Router } from 'mediasoup/types';
import type {
  MediaEvent,
  OperationInput,
  OperationReply,
  PeerDescription,
  RoomDescription,
} from './contract.ts';
import { MediaFault } from './fault.ts';
import { describeConsumer, Peer, type PeerOptions, type SentProducer } from './peer.ts';
import { Speakers } from './speakers.ts';
import type { Placement } from './worker-pool.ts';

export interface RoomOptions {
  readonly roomId: string;
  /** Where the room is to live; may reject. */
  readonly placement: Promise<Placement>;
  readonly transport: PeerOptions['transport'];
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
  #speakers: Speakers | undefined;
  #router: Router | undefined;
  #closed: CloseReason | undefined;

  constructor(options: RoomOptions) {
    this.roomId = options.roomId;
    this.#options = options;
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
    { peerId, rtpCapabilities, label }: OperationInput<'joinRoom'>,
    signal: AbortSignal,
  ): Promise<PeerDescription> {
    const present = this.#peers.get(peerId);
    if (present?.state === 'joined') return present.describe();
    const peer = present ?? this.#newPeer({ peerId, rtpCapabilities, label });
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
      producer.observer.once('close', () => this.#forget(producer));
      const receivers = [...this.#peers.values()].filter((peer) => peer !== sender && peer.receiving);
      const offers = receivers.map(async (peer) => ({ peer, consumer: await peer.consume(producer) }));
      const [made] = await Promise.all([Promise.all(offers), this.#listenTo(producer)]);
      check();
      return {
        producerId: producer.id,
        consumers: made.flatMap(({ peer, consumer }) =>
          // It may be gone again: its peer left while others' were being made.
          consumer && peer.consumer(consumer.id) === consumer
            ? [{ peerId: peer.peerId, consumer: describeConsumer(consumer) }]
            : [],
        ),
      };
    } catch (error) {
      producer.close();
      throw error;
    }
  }

  async pauseProducer(peerId: string, producerId: string): Promise<void> {
    await this.peer(peerId).producer(producerId).pause();
    this.#speakers?.hush(producerId);
  }

  async resumeProducer(peerId: string, producerId: string): Promise<void> {
    await this.peer(peerId).producer(producerId).resume();
  }

  closeProducer(peerId: string, producerId: string): void {
    this.peer(peerId).producer(producerId).close();
  }

  /** Lets consumers flow; those that closed meanwhile are passed over. */
  async resumeConsumers(peerId: string, consumerIds: readonly string[]): Promise<void> {
    const peer = this.peer(peerId);
    const resumed = consumerIds.map(async (consumerId) => {
      try {
        await peer.consumer(consumerId)?.resume();
      } catch (error) {
        if (peer.consumer(consumerId)) throw error;
      }
    });
    await Promise.all(resumed);
  }

  describe(): RoomDescription {
    return {
      roomId: this.roomId,
      peers: [...this.#joined()].map((peer) => peer.describe()),
      speakerPeerIds: [...(this.#speakers?.peerIds ?? [])],
    };
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = reason;
    const told = this.size > 0 && (reason === 'closed' || reason === 'workerDied');
    this.#speakers?.close();
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
      this.#options.emit({
        event: 'speakersChanged',
        roomId: this.roomId,
        speakerPeerIds: [...speakerPeerIds],
      });
    });
  }

  #newPeer(entry: Pick<PeerOptions, 'peerId' | 'rtpCapabilities' | 'label'>): Peer {
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
      const [consumers] = await Promise.all([
        Promise.all(producers.map((producer) => peer.consume(producer))),
        peer.limitIncoming(),
      ]);
      if (peer.state !== 'joining') throw this.#gone();
      peer.state = 'joined';
      // Those alone: what was offered meanwhile is in the answers to the others' calls.
      return peer.describe(consumers.filter((consumer) => consumer !== undefined));
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
    if (this.#peers.size === 0) this.close('empty');
  }

  #forget(producer: SentProducer): void {
    for (const peer of this.#peers.values()) peer.drop(producer);
    this.#speakers?.forget(producer.id);
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
