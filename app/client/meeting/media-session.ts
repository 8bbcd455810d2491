import type { Device, types } from 'mediasoup-client';
import { createNanoEvents } from 'nanoevents';
import type { ConsumerDescription, Joined, Source } from '../../meetings/messages.ts';
import { encodingsOf } from './encodings.ts';
import type { QualityReading } from './quality.ts';
import { SentLayers } from './sent-layers.ts';
import type { Signalling } from './signalling.ts';
import { StatsReading } from './stream-stats.ts';

/** Which way media may take. Only for finding faults of a network: `any` tries them all, the best one first. */
export type MediaPath = 'any' | 'udp' | 'tcp' | 'relay';

/** Something another participant sends, as it can be played. */
export interface RemoteTrack {
  readonly consumerId: string;
  readonly participantId: string;
  readonly source: Source;
  readonly track: MediaStreamTrack;
  /** The sender muted it. */
  readonly paused: boolean;
  /** Nothing of it reaches us for lack of bandwidth. */
  readonly starved: boolean;
}

interface MediaSessionEvents {
  /** Tracks of this participant came, went, paused or resumed. */
  tracksChanged: (participantId: string) => void;
  /** The path to the SFU is lost beyond what an ICE restart can mend: join afresh. */
  broken: () => void;
}

interface Incoming {
  description: ConsumerDescription;
  starved: boolean;
  consumer?: types.Consumer;
}

/** How long a path may be interrupted before new ICE credentials are tried, in milliseconds. */
const INTERRUPTION_MS = 1_500;

/** How long an ICE restart may take before the session counts as broken, in milliseconds. */
const RECOVERY_DEADLINE_MS = 8_000;

/**
 * Both transports of one stay on the SFU, with everything that is sent and received over them. It lives until the
 * SFU forgets it or its path breaks; then the meeting makes another one.
 */
export class MediaSession {
  /** `appData.paused` is what the SFU was told last. */
  readonly producers = new Map<Source, types.Producer>();
  readonly #signalling: Signalling;
  readonly #device: Device;
  readonly #events = createNanoEvents<MediaSessionEvents>();
  readonly #incoming = new Map<string, Incoming>();
  readonly #send: types.Transport;
  readonly #recv: types.Transport;
  /** Transports whose fingerprints the SFU has not acknowledged. */
  readonly #unconfirmed = new Set<types.Transport>();
  readonly #recoveries = new Map<types.Transport, ReturnType<typeof setTimeout>>();
  /** By producer: what the server said may come before the answer to `produce`. */
  readonly #wantedLayers = new Map<string, number | null>();
  readonly #sentLayers = new Map<string, SentLayers>();
  /** The statistics read last, of what is sent and what is received. */
  #statistics: { readonly sent: StatsReading; readonly received: StatsReading } | undefined;
  #isBroken = false;

  constructor(signalling: Signalling, device: Device, joined: Joined, path: MediaPath) {
    this.#signalling = signalling;
    this.#device = device;
    const options = (transport: Joined['sendTransport']) => ({
      ...transport,
      iceCandidates: transport.iceCandidates.filter(
        // The relay speaks UDP to the SFU, whatever the browser speaks to the relay.
        ({ protocol }) => path === 'any' || protocol === (path === 'relay' ? 'udp' : path),
      ),
      iceServers: path === 'udp' || path === 'tcp' ? [] : joined.iceServers,
      iceTransportPolicy: path === 'relay' ? ('relay' as const) : ('all' as const),
    });
    this.#send = device.createSendTransport(options(joined.sendTransport));
    this.#recv = device.createRecvTransport(options(joined.recvTransport));
    for (const transport of [this.#send, this.#recv]) this.#watch(transport);
    this.#send.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const { source, paused } = appData as { source: Source; paused: boolean };
      signalling
        .request('produce', { kind, source, paused, rtpParameters: rtpParameters as never })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
  }

  on<Name extends keyof MediaSessionEvents>(name: Name, listener: MediaSessionEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** True when this session cannot go on, also if the SFU still knows it. */
  get isBroken(): boolean {
    return this.#isBroken || this.#unconfirmed.size > 0;
  }

  /** Whether the SFU speaks of these transports. */
  isSameAs(joined: Joined): boolean {
    return this.#send.id === joined.sendTransport.id && this.#recv.id === joined.recvTransport.id;
  }

  tracksOf(participantId: string): RemoteTrack[] {
    return [...this.#incoming.values()].flatMap(({ description, consumer, starved }) =>
      consumer && description.producerPeerId === participantId
        ? {
            consumerId: description.consumerId,
            participantId,
            source: description.source,
            track: consumer.track,
            paused: description.producerPaused,
            starved,
          }
        : [],
    );
  }

  /** Starts to send. The track stays the caller's: it is not stopped with the producer. */
  async produce(source: Source, track: MediaStreamTrack, paused: boolean): Promise<void> {
    const producer = await this.#send.produce({
      track,
      stopTracks: false,
      ...encodingsOf(source, this.#device),
      appData: { source, paused },
    });
    if (paused) producer.pause();
    this.producers.set(source, producer);
    if (producer.kind === 'video' && producer.rtpSender) {
      const layers = new SentLayers(producer.rtpSender);
      this.#sentLayers.set(producer.id, layers);
      const wantedLayer = this.#wantedLayers.get(producer.id);
      if (wantedLayer !== undefined) layers.set(wantedLayer);
    }
  }

  /** Sends as much of a picture as somebody wants: its layers up to this one, or none of it (null). */
  wantedLayerChanged(producerId: string, wantedLayer: number | null): void {
    this.#wantedLayers.set(producerId, wantedLayer);
    this.#sentLayers.get(producerId)?.set(wantedLayer);
  }

  /** Stops sending. */
  closeProducer(source: Source): void {
    const producer = this.producers.get(source);
    if (!producer) return;
    producer.close();
    this.producers.delete(source);
    this.#wantedLayers.delete(producer.id);
    this.#sentLayers.delete(producer.id);
  }

  /** Takes what the SFU offers and lets it flow. What is there already stays as it is. */
  async consume(descriptions: readonly ConsumerDescription[]): Promise<void> {
    const fresh = descriptions.filter(({ consumerId }) => !this.#incoming.has(consumerId));
    for (const description of fresh)
      this.#incoming.set(description.consumerId, { description, starved: false });
    // All in one turn: mediasoup-client then makes one round of offer and answer out of them.
    const ready = await Promise.all(fresh.map((description) => this.#receive(description)));
    const consumerIds = ready.filter((consumerId) => consumerId !== undefined);
    // A consumer that is gone by now is no fault; a lost socket is mended by the next join.
    if (consumerIds.length > 0) this.#signalling.request('resumeConsumers', { consumerIds }).catch(() => {});
  }

  /** Makes what is received equal to what the SFU says there is. */
  async reconcile(descriptions: readonly ConsumerDescription[]): Promise<void> {
    const offered = new Map(descriptions.map((description) => [description.consumerId, description]));
    for (const [consumerId, entry] of this.#incoming) {
      const description = offered.get(consumerId);
      if (description) {
        entry.description = description;
        this.#changed(entry);
      } else this.#forget(entry);
    }
    // Those that were taken may never have been resumed, if the socket broke in between.
    const consumerIds = [...this.#incoming.keys()];
    if (consumerIds.length > 0) this.#signalling.request('resumeConsumers', { consumerIds }).catch(() => {});
    await this.consume(descriptions);
  }

  producerClosed(producerId: string): void {
    for (const entry of this.#of(producerId)) this.#forget(entry);
  }

  producerPausedChanged(producerId: string, paused: boolean): void {
    for (const entry of this.#of(producerId)) {
      entry.description = { ...entry.description, producerPaused: paused };
      this.#changed(entry);
    }
  }

  consumerStarved(consumerId: string, starved: boolean): void {
    const entry = this.#incoming.get(consumerId);
    if (!entry || entry.starved === starved) return;
    entry.starved = starved;
    this.#changed(entry);
  }

  /** Whether a picture that is looked at stays away for lack of bandwidth. */
  isStarved(isLookedAt: (participantId: string, source: Source) => boolean): boolean {
    return [...this.#incoming.values()].some(
      ({ description: { producerPeerId, source, producerPaused }, starved }) =>
        starved && !producerPaused && isLookedAt(producerPeerId, source),
    );
  }

  /** What is not looked at any more is not missed. */
  forgetStarved(isLookedAt: (participantId: string, source: Source) => boolean): void {
    for (const { description, starved } of this.#incoming.values()) {
      const { consumerId, producerPeerId, source } = description;
      if (starved && !isLookedAt(producerPeerId, source)) this.consumerStarved(consumerId, false);
    }
  }

  /** What is sent and received since the last reading. Rejects when the session is closed meanwhile. */
  async readQuality(isLookedAt: (participantId: string, source: Source) => boolean): Promise<QualityReading> {
    const before = this.#statistics;
    const [sentReport, receivedReport] = await Promise.all([this.#send.getStats(), this.#recv.getStats()]);
    const sent = new StatsReading(sentReport, before?.sent);
    const received = new StatsReading(receivedReport, before?.received);
    this.#statistics = { sent, received };
    const sentByMid = sent.sent();
    const receivedByTrack = received.received();
    const ways = [sent.path(), received.path()];
    return {
      // Whoever sends nothing still receives.
      path: ways.find(({ path }) => path !== null) ?? sent.path(),
      sent: [...this.producers].flatMap(([source, { rtpParameters }]) => {
        const stats = sentByMid.get(String(rtpParameters.mid));
        return stats ? { ...stats, source } : [];
      }),
      received: [...this.#incoming.values()].flatMap(({ description, consumer, starved }) => {
        const { producerPeerId: participantId, source, producerPaused, kind } = description;
        const stats = consumer && receivedByTrack.get(consumer.track.id);
        if (!stats) return [];
        const isExpected = !producerPaused && (kind === 'audio' || isLookedAt(participantId, source));
        return { ...stats, participantId, source, isExpected, isStarved: starved };
      }),
    };
  }

  participantLeft(participantId: string): void {
    for (const entry of [...this.#incoming.values()]) {
      if (entry.description.producerPeerId === participantId) this.#forget(entry);
    }
  }

  /** Asks for new ICE credentials on both transports: the network under them changed (RFC 8445, section 2.4). */
  restartIce(): void {
    for (const transport of [this.#send, this.#recv]) {
      if (transport.connectionState !== 'new') this.#recover(transport);
    }
  }

  /** Mends what was interrupted while the socket was away. */
  resume(): void {
    for (const transport of [this.#send, this.#recv]) {
      if (transport.connectionState === 'disconnected' || transport.connectionState === 'failed')
        this.#recover(transport);
    }
  }

  close(): void {
    for (const timer of this.#recoveries.values()) clearTimeout(timer);
    this.#recoveries.clear();
    this.#send.close();
    this.#recv.close();
    this.producers.clear();
    this.#sentLayers.clear();
    this.#wantedLayers.clear();
    this.#incoming.clear();
  }

  async #receive(description: ConsumerDescription): Promise<string | undefined> {
    const { consumerId, producerId, kind, rtpParameters, producerPeerId, source } = description;
    let consumer: types.Consumer;
    try {
      consumer = await this.#recv.consume({
        id: consumerId,
        producerId,
        kind,
        rtpParameters: rtpParameters as types.RtpParameters,
        // Sound and picture of one source belong together; camera and screen do not (lip sync is per stream id).
        streamId: `${producerPeerId}-${source.startsWith('screen') ? 'screen' : 'camera'}`,
      });
    } catch (fault) {
      this.#incoming.delete(consumerId);
      // Closed meanwhile: another session takes over.
      if (this.#recv.closed) return undefined;
      throw fault;
    }
    const entry = this.#incoming.get(consumerId);
    if (!entry) {
      // Its sender stopped while the browser was still making it.
      consumer.close();
      return undefined;
    }
    entry.consumer = consumer;
    this.#changed(entry);
    return consumerId;
  }

  #of(producerId: string): Incoming[] {
    return [...this.#incoming.values()].filter(({ description }) => description.producerId === producerId);
  }

  #forget(entry: Incoming): void {
    this.#incoming.delete(entry.description.consumerId);
    entry.consumer?.close();
    this.#changed(entry);
  }

  #changed(entry: Incoming): void {
    this.#events.emit('tracksChanged', entry.description.producerPeerId);
  }

  #watch(transport: types.Transport): void {
    transport.on('connect', ({ dtlsParameters }, done, _failed) => {
      this.#unconfirmed.add(transport);
      this.#signalling.request('connectTransport', { transportId: transport.id, dtlsParameters }).then(
        () => this.#unconfirmed.delete(transport),
        // A lost socket is mended by the next join, which finds this session broken. Anything else is final.
        () => this.#signalling.isOpen && this.#break(),
      );
      // The browser need not wait for the reply: ICE and DTLS retry until the SFU knows the fingerprints.
      done();
    });
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') return this.#recovered(transport);
      if (state === 'failed') return this.#recover(transport);
      if (state !== 'disconnected') return;
      setTimeout(() => {
        if (transport.connectionState === 'disconnected') this.#recover(transport);
      }, INTERRUPTION_MS);
    });
  }

  #recover(transport: types.Transport): void {
    if (transport.closed || this.#recoveries.has(transport) || !this.#signalling.isOpen) return;
    this.#recoveries.set(
      transport,
      setTimeout(() => {
        this.#recoveries.delete(transport);
        if (transport.connectionState !== 'connected') this.#break();
      }, RECOVERY_DEADLINE_MS),
    );
    this.#signalling
      .request('restartIce', { transportId: transport.id })
      .then(({ iceParameters }) => transport.restartIce({ iceParameters }))
      // The deadline above decides; a session that was closed meanwhile has none left.
      .catch(() => {});
  }

  #recovered(transport: types.Transport): void {
    clearTimeout(this.#recoveries.get(transport));
    this.#recoveries.delete(transport);
  }

  #break(): void {
    if (this.#isBroken || this.#send.closed) return;
    this.#isBroken = true;
    this.#events.emit('broken');
  }
}
