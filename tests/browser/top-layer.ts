import type { Page } from 'playwright-core';
import { until } from '../deadline.ts';

/** When a page last sent something of its camera's largest simulcast layer. */
export class TopLayer {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Looks at the page's connections from now on; they are those that the participant's page keeps in `connections`. */
  static async watch(page: Page): Promise<TopLayer> {
    await page.evaluate(() => {
      const seen = { packets: -1, lastAtMs: 0, sentAtMs: [] as number[] };
      Object.assign(window, { topLayer: seen });
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const count = async () => {
        let packets = 0;
        for (const connection of connections) {
          if (connection.signalingState === 'closed') continue;
          const all = [...(await connection.getStats()).values()];
          const layers = all.filter(
            ({ type, kind, rid }) => type === 'outbound-rtp' && kind === 'video' && rid,
          );
          const top = layers.toSorted((a, b) => a.rid.localeCompare(b.rid)).at(-1);
          packets += top?.packetsSent ?? 0;
        }
        return packets;
      };
      setInterval(async () => {
        const packets = await count();
        if (packets > seen.packets && seen.packets >= 0) {
          seen.lastAtMs = Date.now();
          seen.sentAtMs.push(seen.lastAtMs);
        }
        seen.packets = packets;
      }, 50);
    });
    return new TopLayer(page);
  }

  /** Waits for the first packet after a moment, and returns when it was sent; both in milliseconds since 1970. */
  async firstAfter(atMs: number): Promise<number> {
    const find = () =>
      this.#page.evaluate((atMs) => {
        const { sentAtMs } = (window as unknown as { topLayer: { sentAtMs: number[] } }).topLayer;
        return sentAtMs.find((each) => each > atMs) ?? 0;
      }, atMs);
    return until('the top layer is sent again', find);
  }

  /**
   * Waits for a state.
   *
   * @param holds given the milliseconds since the last packet.
   * @returns when the last packet was sent, in milliseconds since 1970.
   */
  async until(holds: (sinceMs: number) => boolean): Promise<number> {
    const read = () =>
      this.#page.evaluate(() => {
        const { lastAtMs } = (window as unknown as { topLayer: { lastAtMs: number } }).topLayer;
        return { lastAtMs, sinceMs: Date.now() - lastAtMs };
      });
    const found = await until('the top layer is sent, or not', read, ({ sinceMs }) => holds(sinceMs));
    return found.lastAtMs;
  }
}
