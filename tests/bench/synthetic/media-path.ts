import { once } from 'node:events';
import {
  Audio,
  type PeerConnection as Connection,
  PeerConnection,
  type Track,
  Video,
} from 'node-datachannel';
import type { Transport } from '../../../app/meetings/messages.ts';

/** The browser's half of one transport of the SFU: ICE and DTLS, and a way for packets. */
export class MediaPath {
  readonly #connection: Connection;
  readonly #tracks: readonly Track[];
  readonly #transport: Transport;

  private constructor(connection: Connection, tracks: readonly Track[], transport: Transport) {
    this.#connection = connection;
    this.#tracks = tracks;
    this.#transport = transport;
  }

  /** For sending a voice and a picture, of these streams: what comes back for others is dropped. */
  static sending(
    transport: Transport,
    { voice, pictures }: { voice: number; pictures: readonly number[] },
  ): MediaPath {
    const connection = open('sending');
    const audio = new Audio('0', 'SendOnly');
    audio.addOpusCodec(111);
    audio.addSSRC(voice, 'synthetic');
    const video = new Video('1', 'SendOnly');
    video.addVP8Codec(96);
    for (const ssrc of pictures) video.addSSRC(ssrc, 'synthetic');
    return new MediaPath(connection, [connection.addTrack(audio), connection.addTrack(video)], transport);
  }

  /** For receiving whatever comes. Packets are decrypted and dropped. */
  static receiving(transport: Transport): MediaPath {
    const connection = open('receiving');
    const audio = new Audio('0', 'RecvOnly');
    audio.addOpusCodec(111);
    return new MediaPath(connection, [connection.addTrack(audio)], transport);
  }

  /** Calls back with everything that comes for what is sent: RTCP. */
  onFeedback(listener: (packet: Buffer) => void): void {
    for (const track of this.#tracks) track.onMessage(listener);
  }

  /** @param connect gives the SFU the fingerprint of this half. Rejects when no path comes up within 20 seconds. */
  async connect(
    connect: (dtls: {
      role: 'client';
      fingerprints: [{ algorithm: 'sha-256'; value: string }];
    }) => Promise<unknown>,
  ): Promise<void> {
    const connection = this.#connection;
    const events = new EventTarget();
    connection.onStateChange((state) => events.dispatchEvent(new Event(state)));
    const connected = once(events, 'connected', { signal: AbortSignal.timeout(20_000) });
    connection.setLocalDescription('offer');
    const offer = connection.localDescription()?.sdp ?? '';
    const value = /a=fingerprint:sha-256 (\S+)/i.exec(offer)?.[1] ?? '';
    await connect({ role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] });
    connection.setRemoteDescription(this.#answer(), 'answer');
    await connected;
  }

  sendVoice(packet: Buffer): void {
    send(this.#tracks[0], packet);
  }

  sendPicture(packet: Buffer): void {
    send(this.#tracks[1], packet);
  }

  close(): void {
    // Tracks first: their listeners would keep the process alive.
    for (const track of this.#tracks) track.close();
    this.#connection.close();
  }

  /** The SFU's half as an answer (RFC 8866, RFC 8829): it is ICE-lite and waits for DTLS. */
  #answer(): string {
    const { iceParameters, iceCandidates, dtlsParameters } = this.#transport;
    const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
    const candidates = iceCandidates
      .filter(({ protocol }) => protocol === 'udp')
      .map(
        ({ foundation, priority, address, port }) =>
          `a=candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host`,
      );
    const medium = (track: Track, index: number) => [
      track.type() === 'audio' ? 'm=audio 9 UDP/TLS/RTP/SAVPF 111' : 'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'c=IN IP4 0.0.0.0',
      `a=mid:${index}`,
      track.direction() === 'SendOnly' ? 'a=recvonly' : 'a=sendonly',
      'a=rtcp-mux',
      track.type() === 'audio' ? 'a=rtpmap:111 opus/48000/2' : 'a=rtpmap:96 VP8/90000',
    ];
    return [
      'v=0',
      'o=- 1 1 IN IP4 0.0.0.0',
      's=-',
      't=0 0',
      `a=group:BUNDLE ${this.#tracks.map((_, index) => index).join(' ')}`,
      'a=ice-lite',
      'a=setup:passive',
      `a=ice-ufrag:${iceParameters.usernameFragment}`,
      `a=ice-pwd:${iceParameters.password}`,
      `a=fingerprint:sha-256 ${fingerprint?.value}`,
      ...this.#tracks.flatMap(medium),
      ...candidates,
      'a=end-of-candidates',
      '',
    ].join('\r\n');
  }
}

/** What cannot be sent any more is lost, as on a network. */
function send(track: Track | undefined, packet: Buffer): void {
  if (track?.isOpen()) track.sendMessageBinary(packet);
}

function open(name: string): Connection {
  // Packets are made here, so nothing is to be done to them.
  return new PeerConnection(name, {
    iceServers: [],
    disableAutoNegotiation: true,
    forceMediaTransport: true,
  });
}

/**
 * Ends the process with its exit code, as soon as what is under way is done. The library's threads keep it alive, and
 * its own `cleanup` crashes now and then after many connections (node-datachannel 0.33).
 */
export function exitDespiteThreads(): void {
  setImmediate(() => process.exit());
}
