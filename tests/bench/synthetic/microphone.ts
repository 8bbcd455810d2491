import { randomInt } from 'node:crypto';
import type { RtpParameters } from 'mediasoup/types';
import { RtpStream } from './rtp-stream.ts';

const PAYLOAD_TYPE = 111;
const PACKET_MS = 20;

/** Opus at the 32 kbit/s that Chromium takes for one voice. */
const PAYLOAD_BYTES = 80;

/** The same with what RTP adds to it. */
export const VOICE_KBPS = ((PAYLOAD_BYTES + 20) * 8) / PACKET_MS;

const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

/** How loud somebody is who says nothing, in dBov: a quiet room, below what counts as a voice. */
const QUIET = -75;

/** A microphone that is on, with its loudness in every packet (RFC 6464). Nothing is left out in silence: rooms hum. */
export class SyntheticMicrophone {
  readonly #stream: RtpStream;
  #nextAtMs = 0;
  /** In dBov from -127 to 0. */
  level = QUIET;

  constructor(send: (packet: Buffer) => void) {
    this.#stream = new RtpStream(
      { ssrc: randomInt(1, 2 ** 31), payloadType: PAYLOAD_TYPE, clockRate: 48_000 },
      send,
    );
  }

  get rtpParameters(): RtpParameters {
    return {
      mid: '0',
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: PAYLOAD_TYPE,
          clockRate: 48_000,
          channels: 2,
          parameters: { minptime: 10, useinbandfec: 1, usedtx: 1 },
          rtcpFeedback: [],
        },
      ],
      headerExtensions: [{ uri: AUDIO_LEVEL, id: 1 }],
      encodings: [{ ssrc: this.#stream.ssrc }],
      rtcp: { cname: 'synthetic', reducedSize: true },
    };
  }

  get ssrc(): number {
    return this.#stream.ssrc;
  }

  get sentBytes(): number {
    return this.#stream.bytes;
  }

  /** Speaks, or falls silent. */
  set isSpeaking(isSpeaking: boolean) {
    this.level = isSpeaking ? -20 : QUIET;
  }

  /** Sends what is due. */
  tick(nowMs: number): void {
    if (nowMs - this.#nextAtMs > 10 * PACKET_MS) this.#nextAtMs = nowMs;
    for (; this.#nextAtMs <= nowMs; this.#nextAtMs += PACKET_MS) {
      const packet = Buffer.alloc(12 + 8 + PAYLOAD_BYTES);
      // RFC 8285, section 4.2: one word of extensions, of which the first has id 1 and one byte.
      packet.writeUInt16BE(0xbede, 12);
      packet.writeUInt16BE(1, 14);
      packet[16] = 0x10;
      packet[17] = -this.level;
      this.#stream.send(packet, this.#nextAtMs, { isLast: false, hasExtension: true });
    }
  }
}
