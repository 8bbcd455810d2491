import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  type Joined,
  type NotificationData,
  type NotificationName,
  PING_INTERVAL_MS,
  PROTOCOL_VERSION,
  type RequestData,
  type RequestName,
  type RequestReply,
  type SocketFault,
  type Source,
  type WatchedPicture,
} from '../../../app/meetings/messages.ts';
import { routerRtpCapabilities } from '../../../media/codecs.ts';
import type { Served } from '../../browser/participant-page.ts';
import { SyntheticCamera } from './camera.ts';
import { MediaPath } from './media-path.ts';
import { SyntheticMicrophone } from './microphone.ts';
import { keyFrameRequests } from './rtp-stream.ts';

/**
 * What a synthetic participant can receive: what Chromium can, without what would let the SFU estimate its bandwidth.
 * It then sends whatever is wanted, as to a browser on a good network.
 */
const rtpCapabilities = {
  codecs: (routerRtpCapabilities.codecs ?? [])
    .filter(({ mimeType }) => /opus|vp8/i.test(mimeType))
    .map((codec) => ({
      ...codec,
      rtcpFeedback: (codec.rtcpFeedback ?? []).filter(
        ({ type }) => type !== 'transport-cc' && type !== 'goog-remb',
      ),
    })),
  headerExtensions: [],
} as unknown as RequestData<'join'>['rtpCapabilities'];

interface Answer {
  readonly id: number;
  readonly ok?: unknown;
  readonly error?: SocketFault;
}

type Notified = {
  [Name in NotificationName]: { readonly notification: Name; readonly data: NotificationData<Name> };
}[NotificationName];

interface Pending {
  readonly resolve: (reply: never) => void;
  readonly reject: (fault: Error) => void;
}

/**
 * Somebody with camera and microphone who takes part by the same contracts as a browser, but encodes and draws nothing,
 * so that a machine holds many of them.
 */
export class SyntheticParticipant {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #others = new Set<string>();
  readonly #ping: NodeJS.Timeout;
  #joined: Joined | undefined;
  #paths: { readonly send: MediaPath; readonly receive: MediaPath } | undefined;
  readonly camera = new SyntheticCamera((packet) => this.#paths?.send.sendPicture(packet));
  readonly microphone = new SyntheticMicrophone((packet) => this.#paths?.send.sendVoice(packet));
  #isSending = false;
  #lastId = 0;
  readonly #onOthers: () => void;

  private constructor(socket: WebSocket, onOthers: () => void) {
    this.#socket = socket;
    this.#onOthers = onOthers;
    socket.on('message', (text) => this.#hear(JSON.parse(String(text))));
    socket.on('close', () => this.#fail(new Error('the signalling socket was closed')));
    this.#ping = setInterval(() => void this.#request('ping', {}).catch(() => {}), PING_INTERVAL_MS);
  }

  /**
   * Joins a room, sends camera and microphone, and takes everything it is offered.
   *
   * @param onOthers called when others come or go.
   */
  static async join(
    appliance: Served,
    room: string,
    name: string,
    onOthers: (self: SyntheticParticipant) => void,
  ): Promise<SyntheticParticipant> {
    const socket = new WebSocket(appliance.url('/signalling').replace(/^http/, 'ws'), {
      ca: await appliance.authority(),
    });
    const participant: SyntheticParticipant = new SyntheticParticipant(socket, () => onOthers(participant));
    await once(socket, 'open');
    const reply = await participant.#request('join', {
      version: PROTOCOL_VERSION,
      room,
      name,
      rtpCapabilities,
    });
    if ('waitingFor' in reply) throw new Error('a synthetic participant was not let in');
    await participant.#enter(reply);
    return participant;
  }

  get id(): string {
    return this.#joined?.you.participant.id ?? '';
  }

  /** Ids of the others, in the order in which they came. */
  get others(): string[] {
    return [...this.#others];
  }

  /** Bytes of camera and microphone. */
  get sentBytes(): number {
    return this.camera.sentBytes + this.microphone.sentBytes;
  }

  async watch(pictures: readonly WatchedPicture[]): Promise<void> {
    await this.#request('watch', { pictures: [...pictures], saver: false });
  }

  /** Sends what is due. */
  tick(nowMs: number): void {
    if (!this.#isSending) return;
    this.camera.tick(nowMs);
    this.microphone.tick(nowMs);
  }

  leave(): void {
    clearInterval(this.#ping);
    this.#isSending = false;
    this.#socket.close(1000);
    this.#paths?.send.close();
    this.#paths?.receive.close();
  }

  async #enter(joined: Joined): Promise<void> {
    this.#joined = joined;
    for (const { id } of joined.participants) this.#others.add(id);
    const send = MediaPath.sending(joined.sendTransport, {
      voice: this.microphone.ssrc,
      pictures: this.camera.ssrcs,
    });
    const receive = MediaPath.receiving(joined.recvTransport);
    this.#paths = { send, receive };
    send.onFeedback((packet) => {
      for (const ssrc of keyFrameRequests(packet)) this.camera.keyFrame(ssrc);
    });
    const connect = (path: MediaPath, { id }: Joined['sendTransport']) =>
      path.connect((dtlsParameters) =>
        this.#request('connectTransport', { transportId: id, dtlsParameters: dtlsParameters as never }),
      );
    await Promise.all([connect(send, joined.sendTransport), connect(receive, joined.recvTransport)]);
    await this.#take(joined.consumers.map(({ consumerId }) => consumerId));
    this.#isSending = true;
    await this.#produce('microphone', 'audio', this.microphone.rtpParameters);
    await this.#produce('camera', 'video', this.camera.rtpParameters);
  }

  async #produce(source: Source, kind: 'audio' | 'video', rtpParameters: object): Promise<void> {
    await this.#request('produce', { source, kind, paused: false, rtpParameters: rtpParameters as never });
  }

  async #take(consumerIds: string[]): Promise<void> {
    if (consumerIds.length > 0) await this.#request('resumeConsumers', { consumerIds });
  }

  #hear(message: Answer | Notified): void {
    if ('notification' in message) return this.#notified(message);
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error) pending?.reject(new Error(`the app answered ${message.error.code}`));
    else pending?.resolve(message.ok as never);
  }

  #notified({ notification, data }: Notified): void {
    switch (notification) {
      case 'consumerAdded':
        // It may be gone again by then.
        this.#take([data.consumer.consumerId]).catch(() => {});
        break;
      case 'demandChanged':
        this.camera.wantedLayer = data.wantedLayer;
        break;
      case 'participantJoined':
        this.#others.add(data.participant.id);
        this.#onOthers();
        break;
      case 'participantLeft':
        this.#others.delete(data.participantId);
        this.#onOthers();
        break;
    }
  }

  #request<Name extends RequestName>(request: Name, data: RequestData<Name>): Promise<RequestReply<Name>> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#socket.send(JSON.stringify({ id, request, data }));
    });
  }

  #fail(fault: Error): void {
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
  }
}
