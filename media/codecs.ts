import { generateRouterRtpCapabilities } from 'mediasoup/ortc';
import type { RouterRtpCapabilities, RouterRtpCodecCapability, RtpParameters } from 'mediasoup/types';

/** First estimate of Chromium's encoders; their own, 300 kbit/s, takes seconds to reach a sharp picture. */
const video = { 'x-google-start-bitrate': 1000 };

/** H264 as every browser sends it (RFC 6184): several units a packet, and each side its own level. */
const h264 = { 'packetization-mode': 1, 'level-asymmetry-allowed': 1 };

/**
 * What every router carries, in the order in which browsers are to choose. VP8 leads: every browser has it and
 * sends it in several sizes at once.
 */
export const mediaCodecs: readonly RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    // RFC 7587, section 6.1: stereo, nothing sent in silence, lost packets repaired from the next one.
    parameters: { minptime: 10, stereo: 1, 'sprop-stereo': 1, usedtx: 1, useinbandfec: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, parameters: video },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0, ...video } },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 2, ...video } },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    // Constrained baseline, level 3.1.
    parameters: { 'profile-level-id': '42e01f', ...h264, ...video },
  },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    // Main, level 5.
    parameters: { 'profile-level-id': '4d0032', ...h264, ...video },
  },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000, parameters: video },
];

const ABS_CAPTURE_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

/**
 * Leaves the header extension abs-capture-time out. A worker that is told of it waits for capture times in the
 * packets before it changes layers; from a page that lists the extension without having agreed on it with its browser
 * they never come, and simulcast stays on its first layer. Not told of it, the worker takes the times from RTCP sender
 * reports, which always come.
 */
function withoutAbsCaptureTime<Value extends { headerExtensions?: { uri: string }[] }>(value: Value): Value {
  if (!value.headerExtensions) return value;
  return { ...value, headerExtensions: value.headerExtensions.filter(({ uri }) => uri !== ABS_CAPTURE_TIME) };
}

/** What every router can receive and send. Made from the codecs alone, so it needs no worker. */
export const routerRtpCapabilities: RouterRtpCapabilities = withoutAbsCaptureTime(
  generateRouterRtpCapabilities([...mediaCodecs]),
);

/** What a producer sends, as the worker is to understand it, whatever the page's library says. */
export function producerRtpParameters(rtpParameters: RtpParameters): RtpParameters {
  return withoutAbsCaptureTime(rtpParameters);
}
