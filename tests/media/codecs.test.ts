import t from 'tap';
import { producerRtpParameters, routerRtpCapabilities } from '../../media/codecs.ts';
import { ABS_CAPTURE_TIME, camera } from './rtp.ts';

const codecs = (routerRtpCapabilities.codecs ?? []).filter(({ mimeType }) => !mimeType.endsWith('/rtx'));
t.same(
  codecs.map(({ mimeType, parameters = {} }) =>
    [mimeType, parameters['profile-id'] ?? parameters['profile-level-id']]
      .filter((part) => part !== undefined)
      .join(' '),
  ),
  [
    'audio/opus',
    'video/VP8',
    'video/VP9 0',
    'video/VP9 2',
    'video/H264 42e01f',
    'video/H264 4d0032',
    'video/AV1',
  ],
);
t.match(codecs[0], { channels: 2, parameters: { stereo: 1, usedtx: 1, useinbandfec: 1 } });

const uris = ({ headerExtensions = [] }: { headerExtensions?: { uri: string }[] }) =>
  headerExtensions.map(({ uri }) => uri);
t.notOk(
  uris(routerRtpCapabilities).includes(ABS_CAPTURE_TIME),
  'what keeps simulcast on its first layer is left out',
);
t.ok(
  uris(routerRtpCapabilities).includes('urn:ietf:params:rtp-hdrext:ssrc-audio-level'),
  'the rest is there',
);
const sent = camera();
t.ok(uris(sent).includes(ABS_CAPTURE_TIME));
t.notOk(
  uris(producerRtpParameters(sent)).includes(ABS_CAPTURE_TIME),
  'also when a page lists it all the same',
);
t.same(uris(producerRtpParameters(sent)).length, uris(sent).length - 1);
