import type { DtlsParameters, IceParameters, Router, WebRtcServer, WebRtcTransport } from 'mediasoup/types';
import type { MediaEvent, Transport } from './contract.ts';
import { MediaFault, refuseUnfitAsync } from './fault.ts';

/**
 * How long a transport may hear nothing from its browser before it counts as disconnected, in seconds. Browsers ask
 * for consent about every 5 seconds (RFC 7675, section 5.1), so three answers may be lost.
 */
const ICE_CONSENT_SECONDS = 15;

export interface TransportOptions {
  /** Bit rate towards the browser before the real one is measured, in kbit/s. */
  readonly initialKbps: number;
}

type TransportState = Extract<MediaEvent, { event: 'transportStateChanged' }>['state'];

/** One WebRTC transport of a peer: its half of the description, and how its path to the browser fares. */
export class PeerTransport {
  readonly webRtcTransport: WebRtcTransport;
  readonly #unchanging: Omit<Transport, 'iceParameters'>;
  #connecting = false;
  #state: TransportState | undefined;

  constructor(webRtcTransport: WebRtcTransport, onState: (state: TransportState) => void) {
    this.webRtcTransport = webRtcTransport;
    // Kept from the start: mediasoup writes its own role into the DTLS parameters once they are connected, and a
    // description that an app reads later is to be the one that the browser got.
    this.#unchanging = {
      id: webRtcTransport.id,
      iceCandidates: webRtcTransport.iceCandidates,
      dtlsParameters: webRtcTransport.dtlsParameters,
    };
    const report = () => {
      const state = this.#currentState();
      if (state === this.#state || state === undefined) return;
      this.#state = state;
      onState(state);
    };
    webRtcTransport.on('icestatechange', report);
    webRtcTransport.on('dtlsstatechange', report);
  }

  /** Makes a transport on the worker's one server. Rejects as mediasoup does. */
  static async open(
    router: Router,
    webRtcServer: WebRtcServer,
    options: TransportOptions,
    onState: (state: TransportState) => void,
  ): Promise<PeerTransport> {
    const webRtcTransport = await router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: options.initialKbps * 1000,
      iceConsentTimeout: ICE_CONSENT_SECONDS,
    });
    return new PeerTransport(webRtcTransport, onState);
  }

  get id(): string {
    return this.webRtcTransport.id;
  }

  get description(): Transport {
    return { ...this.#unchanging, iceParameters: this.webRtcTransport.iceParameters };
  }

  /** @throws {MediaFault} `conflict` the second time, `invalid` when the parameters make no sense. */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    if (this.#connecting) throw new MediaFault('conflict', { detail: 'The transport is connected already.' });
    this.#connecting = true;
    try {
      await refuseUnfitAsync(() => this.webRtcTransport.connect({ dtlsParameters }));
    } catch (error) {
      this.#connecting = false;
      throw error;
    }
  }

  restartIce(): Promise<IceParameters> {
    return this.webRtcTransport.restartIce();
  }

  close(): void {
    this.webRtcTransport.close();
  }

  #currentState(): TransportState | undefined {
    const { iceState, dtlsState } = this.webRtcTransport;
    // A browser that closes its connection says so by DTLS; that path does not come back.
    if (dtlsState === 'failed' || dtlsState === 'closed') return 'failed';
    if (iceState === 'disconnected') return 'disconnected';
    if (dtlsState === 'connected') return 'connected';
    return undefined;
  }
}
