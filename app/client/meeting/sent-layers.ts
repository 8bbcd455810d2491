/** The part of RTCRtpSender that is used here. */
export interface EncodingSender {
  getParameters(): { encodings: { active?: boolean }[] };
  setParameters(parameters: { encodings: { active?: boolean }[] }): Promise<void>;
}

/**
 * Which simulcast layers of one picture are encoded and sent: those that somebody wants, and all below them, which are
 * sent when the bandwidth does not reach for more. Without renegotiation (W3C WebRTC, section 5.2, `setParameters`), so
 * a layer is back after about one key frame.
 */
export class SentLayers {
  readonly #sender: EncodingSender;
  #wantedLayer: number | null = Number.POSITIVE_INFINITY;
  #isApplying = false;

  constructor(sender: EncodingSender) {
    this.#sender = sender;
  }

  /** Highest layer that is wanted, from 0; null sends nothing at all. */
  set(wantedLayer: number | null): void {
    if (this.#wantedLayer === wantedLayer) return;
    this.#wantedLayer = wantedLayer;
    if (!this.#isApplying) void this.#apply();
  }

  async #apply(): Promise<void> {
    this.#isApplying = true;
    let wantedLayer: number | null;
    do {
      wantedLayer = this.#wantedLayer;
      const parameters = this.#sender.getParameters();
      for (const [layer, encoding] of parameters.encodings.entries()) {
        encoding.active = layer <= (wantedLayer ?? -1);
      }
      try {
        await this.#sender.setParameters(parameters);
      } catch {
        // The sender was stopped: nothing of it is sent any more.
        break;
      }
      // One change at a time: parameters are good for one `setParameters` only.
    } while (wantedLayer !== this.#wantedLayer);
    this.#isApplying = false;
  }
}
