import { randomInt } from 'node:crypto';
import type { RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { routerRtpCapabilities } from '../../media/codecs.ts';

/** What a browser that knows every codec of ours can receive. */
export const everything = routerRtpCapabilities as RtpCapabilities;

/** What a browser with these codecs alone can receive. */
export function only(...mimeTypes: string[]): RtpCapabilities {
  const known = everything.codecs ?? [];
  const codecs = known.filter(({ mimeType }) => mimeTypes.includes(mimeType));
  const payloadTypes = codecs.map(({ preferredPayloadType }) => preferredPayloadType);
  const rtx = known.filter(({ parameters }) => payloadTypes.includes(Number(parameters?.apt)));
  return { ...everything, codecs: [...codecs, ...rtx] };
}

const ssrc = () => randomInt(1, 2 ** 31);
let nextMid = 0;
const mid = () => String(nextMid++);

const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const REPAIRED_RID = 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id';
const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
export const ABS_CAPTURE_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

/** Opus as Chromium sends it. */
export function microphone(): RtpParameters {
  return {
    mid: mid(),
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48_000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1, usedtx: 1 },
        rtcpFeedback: [{ type: 'transport-cc' }],
      },
    ],
    headerExtensions: [
      { uri: MID, id: 4 },
      { uri: AUDIO_LEVEL, id: 1 },
      { uri: TRANSPORT_CC, id: 3 },
    ],
    encodings: [{ ssrc: ssrc(), dtx: true }],
    rtcp: { cname: 'microphone', reducedSize: true },
  };
}

/** VP8 in three sizes, as Chromium sends it. */
export function camera(): RtpParameters {
  return {
    mid: mid(),
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        parameters: {},
        rtcpFeedback: [
          { type: 'goog-remb' },
          { type: 'transport-cc' },
          { type: 'ccm', parameter: 'fir' },
          { type: 'nack' },
          { type: 'nack', parameter: 'pli' },
        ],
      },
      {
        mimeType: 'video/rtx',
        payloadType: 97,
        clockRate: 90_000,
        parameters: { apt: 96 },
        rtcpFeedback: [],
      },
    ],
    headerExtensions: [
      { uri: MID, id: 4 },
      { uri: RID, id: 10 },
      { uri: REPAIRED_RID, id: 11 },
      { uri: TRANSPORT_CC, id: 3 },
      { uri: ABS_CAPTURE_TIME, id: 12 },
    ],
    encodings: [
      { rid: 'r0', scalabilityMode: 'L1T3', maxBitrate: 150_000 },
      { rid: 'r1', scalabilityMode: 'L1T3', maxBitrate: 500_000 },
      { rid: 'r2', scalabilityMode: 'L1T3', maxBitrate: 1_500_000 },
    ],
    rtcp: { cname: 'camera', reducedSize: true },
  };
}

/** A fingerprint of the right shape that no certificate has. */
export const dtlsParameters = {
  role: 'client' as const,
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array.from({ length: 32 }, () => 'AB').join(':') }],
};
