import type { Device, types } from 'mediasoup-client';
import type { Source } from '../../meetings/messages.ts';

type Encodings = Pick<types.ProducerOptions, 'encodings' | 'codec' | 'codecOptions'>;

/**
 * How each source is encoded. Pictures are sent in several sizes at once (simulcast): a picture of one size can only
 * be stopped for a receiver with little bandwidth, never made smaller.
 *
 * VP8 first: every browser sends it in simulcast, and the SFU switches its layers reliably.
 */
export function encodingsOf(source: Source, device: Device): Encodings {
  switch (source) {
    case 'microphone':
      // Silence costs next to nothing (DTX), and a lost packet is rebuilt from the next one (FEC). RFC 7587.
      return { codecOptions: { opusStereo: false, opusDtx: true, opusFec: true } };
    case 'screenAudio':
      return { codecOptions: { opusStereo: true, opusDtx: true, opusFec: true } };
    case 'camera':
      return {
        ...vp8(device),
        codecOptions: { videoGoogleStartBitrate: 600 },
        encodings: [
          { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
          { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
          { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
        ],
      };
    case 'screen':
      return {
        ...vp8(device),
        codecOptions: { videoGoogleStartBitrate: 1_000 },
        encodings: [
          { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
          { scaleResolutionDownBy: 1, maxBitrate: 2_500_000, scalabilityMode: 'L1T3' },
        ],
      };
  }
}

function vp8(device: Device): Pick<Encodings, 'codec'> {
  const codec = device.sendRtpCapabilities.codecs?.find(
    ({ mimeType }) => mimeType.toLowerCase() === 'video/vp8',
  );
  return codec ? { codec } : {};
}
