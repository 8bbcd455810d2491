import { Device } from 'mediasoup-client';
import type { Consumer, Transport } from 'mediasoup-client/types';
import type { ConsumerDescription, PeerDescription } from '../../media/contract.ts';

/** What the page says to the SFU, through the test: the name of a function of {@link Backend} and its parameter. */
declare const backend: (name: string, data?: unknown) => Promise<unknown>;

/** The little of the DOM that is used here; the tests' own types are Node's. */
declare const navigator: {
  mediaDevices: {
    getUserMedia(constraints: unknown): Promise<{ getAudioTracks(): never[]; getVideoTracks(): never[] }>;
  };
};
declare const document: {
  createElement(name: 'video'): {
    srcObject: unknown;

    play(): Promise<void>;
    videoWidth: number;
  };
};
declare const MediaStream: new (tracks: unknown[]) => unknown;

const device = await Device.factory();
await device.load({ routerRtpCapabilities: (await backend('capabilities')) as never });
const peer = (await backend('join', device.rtpCapabilities)) as PeerDescription;

function wire(transport: Transport): Transport {
  return transport
    .on('connect', ({ dtlsParameters }, done, fail) => {
      backend('connect', { transportId: transport.id, dtlsParameters }).then(() => done(), fail);
    })
    .on('produce', (sent, done, fail) => {
      backend('produce', sent).then((id) => done({ id: String(id) }), fail);
    });
}
const send = wire(device.createSendTransport(peer.sendTransport));
const recv = wire(device.createRecvTransport(peer.recvTransport));
const consumers: Consumer[] = [];
const video = document.createElement('video');

const page = {
  async sendAll(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({
      // The tone of the test is just what noise suppression takes away.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      // The smallest picture that Chromium sends in three sizes.
      video: { width: 960, height: 540, frameRate: 15 },
    });
    const [microphone] = stream.getAudioTracks();
    const [camera] = stream.getVideoTracks();
    if (!microphone || !camera) throw new Error('no devices');
    await send.produce({ track: microphone, appData: { source: 'microphone' } });
    await send.produce({
      track: camera,
      appData: { source: 'camera' },
      encodings: [
        { rid: 'r0', scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
        { rid: 'r1', scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
        { rid: 'r2', scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
      ],
    });
  },

  async receive(descriptions: readonly ConsumerDescription[]): Promise<void> {
    for (const { consumerId, producerId, kind, rtpParameters } of descriptions) {
      // The two packages' types of one and the same thing differ in what may be undefined.
      const options = { id: consumerId, producerId, kind, rtpParameters: rtpParameters as never };
      consumers.push(await recv.consume(options));
    }
    video.srcObject = new MediaStream(consumers.map(({ track }) => track));
    // Resolves with the first picture only.
    void video.play();
  },

  async restartIce(): Promise<void> {
    await send.restartIce({ iceParameters: (await backend('restartIce', send.id)) as never });
  },

  /** What arrives now. */
  async received(): Promise<{ width: number; frames: number; energy: number }> {
    const now = { width: video.videoWidth, frames: 0, energy: 0 };
    for (const { type, framesDecoded = 0, totalAudioEnergy = 0 } of (await recv.getStats()).values()) {
      if (type !== 'inbound-rtp') continue;
      now.frames += framesDecoded;
      now.energy += totalAudioEnergy;
    }
    return now;
  },

  /** Hangs up as a page does that is closed. */
  close(): void {
    send.close();
    recv.close();
  },
};

export type TestPage = typeof page;
Object.assign(globalThis, { page });
