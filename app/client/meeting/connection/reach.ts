import { deferred } from '../deferred.ts';
import type { Relay, TriedWay } from './ways.ts';

/** Every candidate has been tried several times by then, in milliseconds. */
const TRIAL_MS = 10_000;

/**
 * Whether ICE finds a way to these candidates of the SFU (RFC 8445); keys are not exchanged and nothing is sent.
 *
 * @param relay goes through it and no other way.
 */
export async function isReached(way: TriedWay, relay: Relay | null = null): Promise<boolean> {
  if (way.iceCandidates.length === 0) return false;
  const connection = new RTCPeerConnection(
    relay === null
      ? {}
      : { iceServers: [{ ...relay, urls: [...relay.urls] }], iceTransportPolicy: 'relay' as const },
  );
  try {
    const { promise, resolve } = deferred<boolean>();
    connection.addEventListener('iceconnectionstatechange', () => {
      const { iceConnectionState: state } = connection;
      if (state === 'connected' || state === 'completed') resolve(true);
      if (state === 'failed') resolve(false);
    });
    const late = setTimeout(() => resolve(false), TRIAL_MS);
    await connection.setRemoteDescription({ type: 'offer', sdp: offerOf(way) });
    await connection.setLocalDescription(await connection.createAnswer());
    const reached = await promise;
    clearTimeout(late);
    return reached;
  } finally {
    connection.close();
  }
}

/** The end at the SFU as a session description (RFC 8866) that a browser takes: one sound that never comes. */
function offerOf({ iceParameters, iceCandidates, fingerprint }: TriedWay): string {
  const candidates = iceCandidates.map(
    ({ foundation, priority, address, protocol, port, tcpType }) =>
      `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ host${
        tcpType === undefined ? '' : ` tcptype ${tcpType}`
      }`,
  );
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 127.0.0.1',
    'a=mid:0',
    'a=sendonly',
    'a=rtcp-mux',
    'a=rtpmap:111 opus/48000/2',
    'a=setup:actpass',
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...candidates,
    'a=end-of-candidates',
    '',
  ].join('\r\n');
}
