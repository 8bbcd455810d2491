import { randomBytes } from 'node:crypto';
import { SECOND_MS } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { MediaClient, type MediaClientOptions } from '../meetings/media-client.ts';
import type { Transport } from '../meetings/messages.ts';

/** How long a browser has to try every way, in milliseconds; then the SFU forgets it. */
const TRIAL_MS = 30_000;

/** How many are under way at once at most: anybody may ask for one, and each takes two transports of the SFU. */
const MAX_TRIALS = 40;

/** A way to the SFU, for a browser to try. */
export interface TriedWay {
  readonly iceParameters: Transport['iceParameters'];
  readonly iceCandidates: Transport['iceCandidates'];
  readonly fingerprint: { readonly algorithm: string; readonly value: string };
}

/** Real ends at the SFU that a browser tries to reach before there is any call. */
export class MediaTrials {
  readonly #client: MediaClient;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: MediaClientOptions) {
    this.#client = new MediaClient(options);
  }

  /**
   * Makes one end for each protocol.
   *
   * @throws AppError `media_unavailable` while the SFU is away, `too_many_requests` while too many others try.
   */
  async open(): Promise<{ readonly udp: TriedWay; readonly tcp: TriedWay }> {
    if (this.#timers.size >= MAX_TRIALS)
      throw new AppError('too_many_requests', { params: { seconds: TRIAL_MS / SECOND_MS } });
    const roomId = `trial-${randomBytes(8).toString('hex')}`;
    const { sendTransport, recvTransport } = await this.#client.call('joinRoom', {
      roomId,
      peerId: 'trial',
      rtpCapabilities: { codecs: [] },
      label: {},
    });
    this.#timers.set(
      roomId,
      setTimeout(() => void this.#end(roomId), TRIAL_MS),
    );
    return { udp: wayBy(sendTransport, 'udp'), tcp: wayBy(recvTransport, 'tcp') };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#timers.keys()].map((roomId) => this.#end(roomId)));
    await this.#client.close();
  }

  async #end(roomId: string): Promise<void> {
    clearTimeout(this.#timers.get(roomId));
    this.#timers.delete(roomId);
    // It may be gone: the SFU ended meanwhile.
    await this.#client.call('closeRoom', { roomId }).catch(() => {});
  }
}

function wayBy(
  { iceParameters, iceCandidates, dtlsParameters }: Transport,
  protocol: 'udp' | 'tcp',
): TriedWay {
  const [fingerprint] = dtlsParameters.fingerprints.filter(({ algorithm }) => algorithm === 'sha-256');
  if (fingerprint === undefined) throw new TypeError('A transport of the SFU has no fingerprint by SHA-256.');
  return {
    iceParameters,
    iceCandidates: iceCandidates.filter((candidate) => candidate.protocol === protocol),
    fingerprint,
  };
}
