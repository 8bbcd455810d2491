import { randomInt } from 'node:crypto';
import type { RtpParameters } from 'mediasoup/types';
import { RtpStream } from './rtp-stream.ts';

/**
 * A third of what Chromium sends of a camera with our encodings, smallest layer first, in kbit/s: a small machine is to
 * carry 25 people with everything sent to everyone. Sound is not reduced, so shares of the whole come out too large
 * rather than too small.
 */
export const CAMERA_KBPS = [50, 167, 500] as const;

const PAYLOAD_TYPE = 96;
const FRAMES_PER_SECOND = 25;
const MAX_PAYLOAD_BYTES = 1100;

/** L1T3: every fourth frame is of the lowest temporal layer; about 40, 20 and 40 % of the bytes are of each layer. */
const FRAMES = [
  { temporalLayer: 0, share: 1.6 },
  { temporalLayer: 2, share: 0.8 },
  { temporalLayer: 1, share: 0.8 },
  { temporalLayer: 2, share: 0.8 },
] as const;

/** How much larger a key frame is than an average one. */
const KEY_FRAME_SHARE = 4;

/**
 * A camera in three sizes at once, as packets that the SFU takes for VP8 (RFC 7741): what it looks at is right, the
 * pictures themselves are noise.
 */
export class SyntheticCamera {
  readonly #layers: readonly Layer[];
  /** Highest layer that is sent; below 0 none is. */
  #highest = CAMERA_KBPS.length - 1;
  #frame = 0;
  #nextAtMs = 0;

  constructor(send: (packet: Buffer) => void) {
    this.#layers = CAMERA_KBPS.map((kbps) => new Layer(kbps, send));
  }

  get rtpParameters(): RtpParameters {
    return {
      mid: '1',
      codecs: [
        {
          mimeType: 'video/VP8',
          payloadType: PAYLOAD_TYPE,
          clockRate: 90_000,
          parameters: {},
          rtcpFeedback: [
            { type: 'nack', parameter: 'pli' },
            { type: 'ccm', parameter: 'fir' },
          ],
        },
      ],
      headerExtensions: [],
      encodings: this.#layers.map(({ stream }, index) => ({
        ssrc: stream.ssrc,
        maxBitrate: (CAMERA_KBPS[index] ?? 0) * 1000,
        scalabilityMode: 'L1T3',
      })),
      rtcp: { cname: 'synthetic', reducedSize: true },
    };
  }

  /** Of its layers, the smallest first. */
  get ssrcs(): number[] {
    return this.#layers.map(({ stream }) => stream.ssrc);
  }

  get sentBytes(): number {
    return this.#layers.reduce((sum, { stream }) => sum + stream.bytes, 0);
  }

  /** Sends the layers up to this one; null sends none. */
  set wantedLayer(wantedLayer: number | null) {
    this.#highest = wantedLayer ?? -1;
  }

  /** The SFU asks for a picture that can be understood by itself. */
  keyFrame(ssrc: number): void {
    const layer = this.#layers.find(({ stream }) => stream.ssrc === ssrc);
    if (layer) layer.needsKeyFrame = true;
  }

  /** Sends the next frame if it is time. */
  tick(nowMs: number): void {
    if (nowMs < this.#nextAtMs) return;
    this.#nextAtMs = Math.max(this.#nextAtMs + 1000 / FRAMES_PER_SECOND, nowMs - 1000 / FRAMES_PER_SECOND);
    const { temporalLayer, share } = FRAMES[this.#frame % FRAMES.length] ?? FRAMES[0];
    this.#frame += 1;
    for (const layer of this.#layers.slice(0, this.#highest + 1)) layer.send(nowMs, temporalLayer, share);
  }
}

class Layer {
  readonly stream: RtpStream;
  readonly #frameBytes: number;
  needsKeyFrame = true;
  #pictureId = randomInt(0x8000);
  #baseIndex = randomInt(0x100);

  constructor(kbps: number, send: (packet: Buffer) => void) {
    this.stream = new RtpStream(
      { ssrc: randomInt(1, 2 ** 31), payloadType: PAYLOAD_TYPE, clockRate: 90_000 },
      send,
    );
    this.#frameBytes = (kbps * 1000) / 8 / FRAMES_PER_SECOND;
  }

  send(nowMs: number, temporalLayer: number, share: number): void {
    // A key frame can only be of the lowest temporal layer.
    const isKey = this.needsKeyFrame && temporalLayer === 0;
    if (isKey) this.needsKeyFrame = false;
    this.#pictureId = (this.#pictureId + 1) & 0x7fff;
    if (temporalLayer === 0) this.#baseIndex = (this.#baseIndex + 1) & 0xff;
    const bytes = Math.round(this.#frameBytes * (isKey ? KEY_FRAME_SHARE : share));
    const packets = Math.ceil(bytes / MAX_PAYLOAD_BYTES);
    for (let index = 0; index < packets; index += 1) {
      const packet = Buffer.alloc(12 + 6 + Math.ceil(bytes / packets));
      // RFC 7741, section 4.2: X and S; then I, L, T and K with what they announce.
      packet[12] = 0x80 | (index === 0 ? 0x10 : 0);
      packet[13] = 0xf0;
      packet.writeUInt16BE(0x8000 | this.#pictureId, 14);
      packet[16] = this.#baseIndex;
      packet[17] = (temporalLayer << 6) | (temporalLayer > 0 ? 0x20 : 0);
      // RFC 6386, section 9.1: the first bit says that it is no key frame.
      packet[18] = isKey ? 0x10 : 0x11;
      this.stream.send(packet, nowMs, { isLast: index === packets - 1, hasExtension: false });
    }
  }
}
