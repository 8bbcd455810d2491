import type { Device } from 'mediasoup-client';
import { createNanoEvents } from 'nanoevents';
import type {
  Joined,
  Participant,
  Source,
  Waiting,
  WaitingFor,
  WaitingPerson,
  WatchedPicture,
} from '../../meetings/messages.ts';
import { Attention, type Reception } from './attention.ts';
import { Chat } from './chat.ts';
import { Doorbell } from './doorbell.ts';
import { Entry } from './entry.ts';
import { Hands } from './hands.ts';
import { type MediaPath, MediaSession } from './media-session.ts';
import type { LocalSource, MeetingEvents, MeetingState, RemoteParticipant } from './meeting-events.ts';
import { Moderation } from './moderation.ts';
import { type NetworkState, NetworkWatch } from './network-state.ts';
import { OfferedFiles } from './offered-files.ts';
import { Outgoing } from './outgoing.ts';
import { ConnectionQuality } from './quality.ts';
import { Reactions } from './reactions.ts';
import { Roster } from './roster.ts';
import type { EndReason, Signalling, SignallingError } from './signalling.ts';

export interface MeetingOptions {
  readonly signalling: Signalling;
  /** Loaded with the router's RTP capabilities. */
  readonly device: Device;
  readonly room: string;
  /** Of the personal link that the page was opened by. */
  readonly invitation?: string | null;
  readonly path?: MediaPath;
}

/**
 * A meeting as one participant takes part in it. Knows no DOM: elements draw what it tells them. It declares what it
 * wants to send and mends everything else by itself: lost sockets, restarted servers, changed networks all end in
 * one `join` and a comparison with its answer.
 */
export class Meeting {
  readonly moderation: Moderation;
  readonly chat: Chat;
  readonly hands: Hands;
  readonly reactions: Reactions;
  readonly files: OfferedFiles;
  readonly doorbell = new Doorbell();
  readonly #signalling: Signalling;
  readonly #device: Device;
  readonly #entry: Entry;
  readonly #path: MediaPath;
  readonly #events = createNanoEvents<MeetingEvents>();
  readonly #roster: Roster;
  readonly #attention: Attention;
  readonly #network = new NetworkWatch();
  /** How good the connection is, read every two seconds while joined. */
  readonly quality: ConnectionQuality;
  readonly #outgoing: Outgoing;
  readonly #stopListening: (() => void)[];
  #state: MeetingState = 'idle';
  #waitingFor: WaitingFor = 'admission';
  #isLocked = false;
  #session: MediaSession | undefined;

  constructor({ signalling, device, room, invitation = null, path = 'any' }: MeetingOptions) {
    this.#signalling = signalling;
    this.#device = device;
    this.#entry = new Entry({
      signalling,
      device,
      room,
      invitation,
      isBroken: () => this.#session?.isBroken ?? false,
      isWanted: () => this.#isComingBack,
      onAnswer: (answer) => this.#answered(answer),
      onRefused: (fault) => this.#end(fault),
    });
    this.#path = path;
    this.moderation = new Moderation(signalling);
    this.#roster = new Roster({
      events: this.#events,
      signalling,
      session: () => this.#session,
      ownId: () => this.you?.id,
    });
    this.#outgoing = new Outgoing({
      events: this.#events,
      signalling,
      moderation: this.moderation,
      session: () => (this.#state === 'joined' ? this.#session : undefined),
    });
    this.chat = new Chat(signalling);
    this.hands = new Hands(signalling);
    this.reactions = new Reactions(signalling);
    this.files = new OfferedFiles(signalling);
    this.#attention = new Attention(signalling);
    this.quality = new ConnectionQuality(async () => this.#session?.readQuality(this.#isLookedAt));
    this.#stopListening = [
      this.#attention.on('changed', () => this.#attentionChanged()),
      this.#attention.on('receptionChanged', (mode) => this.#events.emit('receptionChanged', mode)),
      this.#network.on('changed', (network) => this.#events.emit('networkChanged', network)),
      this.quality.on('changed', ({ own }) => {
        const losses = own.sent.map(({ lossPercent }) => lossPercent ?? 0);
        this.#network.read({
          isLimited: own.sent.some(({ isLimited }) => isLimited),
          lossPercent: Math.max(0, ...losses),
          availableKbps: own.availableKbps,
        });
      }),
      signalling.on('demandChanged', ({ producerId, wantedLayer }) =>
        this.#session?.wantedLayerChanged(producerId, wantedLayer),
      ),
      signalling.on('opened', () => this.#isComingBack && this.#entry.again()),
      signalling.on('lost', () => this.#state === 'joined' && this.#setState('reconnecting')),
      signalling.on('ended', (reason) => this.#end(reason)),
      signalling.on('admitted', () => this.#state === 'waiting' && this.#entry.again()),
      signalling.on('denied', () => this.#end('denied')),
      signalling.on('waitingForChanged', ({ waitingFor }) => this.#waits(waitingFor)),
      signalling.on('waitingChanged', ({ waiting }) => this.#othersWait(waiting)),
      signalling.on('lockChanged', ({ locked }) => this.#lockedChanged(locked)),
      signalling.on('meetingEnded', () => this.#end('over')),
      signalling.on('removed', () => this.#end('removed')),
      signalling.on('meetingReset', () => this.#reset()),
      signalling.on('sourceStopped', ({ source, byId }) =>
        this.#outgoing.stopped(source, byId === null ? undefined : (this.#roster.get(byId) ?? null)),
      ),
      this.moderation.on('changed', () => this.#outgoing.obeyRules()),
      signalling.on('consumerAdded', ({ consumer }) => {
        this.#session?.consume([consumer]).catch((fault) => this.#events.emit('fault', fault));
      }),
      signalling.on('producerClosed', ({ producerId }) => this.#session?.producerClosed(producerId)),
      signalling.on('producerPausedChanged', ({ producerId, paused }) =>
        this.#session?.producerPausedChanged(producerId, paused),
      ),
      signalling.on('consumerLayersChanged', ({ consumerId, layers }) => {
        this.#session?.consumerStarved(consumerId, layers === null);
        this.#attentionChanged();
      }),
    ];
  }

  on<Name extends keyof MeetingEvents>(name: Name, listener: MeetingEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get state(): MeetingState {
    return this.#state;
  }

  /** This side, as the others see it; null before it has joined. */
  get you(): Participant | null {
    return this.moderation.you;
  }

  /** Whether this side may end the meeting and hand it over. What else it may, `moderation` says. */
  get isHost(): boolean {
    return this.you?.role === 'host';
  }

  /** Whether the meeting lets nobody else in. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** Who waits to be let in, longest first; empty for whoever may not admit. */
  get waiting(): readonly WaitingPerson[] {
    return this.doorbell.waiting;
  }

  /** What this side waits for while it is `waiting`. */
  get waitingFor(): WaitingFor {
    return this.#waitingFor;
  }

  /** In the order in which they came. */
  get participants(): RemoteParticipant[] {
    return this.#roster.all;
  }

  /** What this side wants to send, whether or not the connection lets it right now. */
  get local(): ReadonlyMap<Source, LocalSource> {
    return this.#outgoing.wanted;
  }

  /**
   * Enters the room.
   *
   * @throws {@link SignallingError} with the server's code (`room_full`, `invalid_name` …); `join` may be called again.
   */
  async join(name: string): Promise<void> {
    if (this.#state !== 'idle') return;
    this.#entry.name = name;
    this.#setState('joining');
    try {
      await this.#signalling.whenOpen();
      await this.#entry.enter();
    } catch (fault) {
      if (this.state === 'joining') this.#setState('idle');
      throw fault;
    }
  }

  /** Sends a track as this source, or stops sending it (null). The track stays the caller's: he stops it. */
  setSource(source: Source, track: MediaStreamTrack | null, paused = false): void {
    this.#outgoing.set(source, track, paused);
  }

  /** Mutes or unmutes a source that is sent. */
  setPaused(source: Source, paused: boolean): void {
    this.#outgoing.setPaused(source, paused);
  }

  /** Says which pictures are drawn, at which size in CSS pixels; no others reach this side. See {@link Attention}. */
  watch(pictures: readonly WatchedPicture[]): void {
    this.#attention.look(pictures);
  }

  /** How much this side receives. */
  get reception(): Reception {
    return this.#attention.reception;
  }

  setReception(reception: Reception): void {
    this.#attention.reception = reception;
  }

  /** Whether the network is too weak for what is going on. */
  get network(): NetworkState {
    return this.#network.state;
  }

  /** The network changed: looks at once whether socket and media still have a path. */
  networkChanged(): void {
    if (this.#state !== 'joined' && this.#state !== 'reconnecting') return;
    this.#signalling.checkNow();
    this.#session?.restartIce();
  }

  /** Lets these in, or sends them away. For hosts and co-hosts. */
  async answerKnock(waitingIds: readonly string[], answer: 'admit' | 'deny'): Promise<void> {
    if (waitingIds.length > 0) await this.#signalling.request(answer, { waitingIds: [...waitingIds] });
  }

  /** Lets everybody in who waits by now. For hosts and co-hosts. */
  async admitAll(): Promise<void> {
    await this.answerKnock(
      this.waiting.map(({ id }) => id),
      'admit',
    );
  }

  /** Lets nobody else in, or lets people in again. For hosts and co-hosts. */
  async setLocked(locked: boolean): Promise<void> {
    await this.#signalling.request('lock', { locked });
  }

  /** Ends the meeting for everybody. For hosts. */
  async endForAll(): Promise<void> {
    await this.#signalling.request('endMeeting', {});
  }

  /** Leaves for good. Safe to call while the page is being closed. */
  leave(): void {
    if (this.#state === 'ended') return;
    // The socket sends it before it closes; nobody waits for the answer.
    this.#signalling.request('leave', {}).catch(() => {});
    this.#close();
  }

  readonly #isLookedAt = (participantId: string, source: Source): boolean =>
    this.#attention.includes(participantId, source);

  #attentionChanged(): void {
    this.#session?.forgetStarved(this.#isLookedAt);
    this.#network.starved(this.#session?.isStarved(this.#isLookedAt) ?? false);
  }

  get #isComingBack(): boolean {
    return this.#state === 'reconnecting' || this.#state === 'waiting';
  }

  /** In, or to wait: what the server says of this side. */
  async #answered(answer: Joined | Waiting): Promise<void> {
    if (!('waitingFor' in answer)) return this.#apply(answer);
    this.#setState('waiting');
    this.#waits(answer.waitingFor);
  }

  /** Makes this side equal to what the server says, keeping whatever is the same. */
  async #apply(joined: Joined): Promise<void> {
    if (!this.#session?.isSameAs(joined) || this.#session.isBroken) this.#openSession(joined);
    this.#roster.joined(joined);
    const session = this.#session;
    if (!session) return;
    this.#outgoing.agree(session, joined.you.producers);
    this.#setState('joined');
    this.moderation.joined(joined);
    this.chat.joined(joined);
    this.hands.joined(joined);
    this.files.joined(joined);
    this.#lockedChanged(joined.isLocked);
    this.#othersWait(joined.waiting);
    this.#attention.start();
    this.quality.start();
    const consumed = session.reconcile(joined.consumers);
    session.resume();
    this.#outgoing.sync();
    await consumed;
  }

  #openSession(joined: Joined): void {
    this.#session?.close();
    const session = new MediaSession(this.#signalling, this.#device, joined, this.#path);
    this.#session = session;
    session.on('tracksChanged', (participantId) => this.#roster.changed(participantId));
    session.on('broken', () => session === this.#session && this.#reset());
  }

  #reset(): void {
    if (this.#state !== 'joined' && this.#state !== 'reconnecting') return;
    this.#setState('reconnecting');
    // A lost socket calls back by itself when another one is open.
    if (this.#signalling.isOpen) this.#entry.again();
  }

  #waits(waitingFor: WaitingFor): void {
    this.#waitingFor = waitingFor;
    this.#events.emit('waitingForChanged', waitingFor);
  }

  #othersWait(waiting: readonly WaitingPerson[]): void {
    this.doorbell.changed(waiting);
    this.#events.emit('waitingChanged', waiting);
  }

  #lockedChanged(locked: boolean): void {
    this.#isLocked = locked;
    this.#events.emit('lockChanged', locked);
  }

  #end(reason: EndReason | SignallingError): void {
    if (this.#state === 'ended') return;
    const wasIn = this.#state !== 'idle';
    this.#close();
    if (wasIn || reason !== 'closed') this.#events.emit('ended', reason);
  }

  #close(): void {
    this.#entry.cancel();
    for (const stop of this.#stopListening) stop();
    this.files.close();
    this.#session?.close();
    this.#session = undefined;
    this.#setState('ended');
    this.#signalling.close();
  }

  #setState(state: MeetingState): void {
    if (this.#state === state) return;
    this.#state = state;
    if (state === 'reconnecting') this.#attention.stop();
    this.#events.emit('stateChanged', state);
  }
}
