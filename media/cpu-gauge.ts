import type { WorkerResourceUsage } from 'mediasoup/types';

/** How much of a core a worker uses, from its last two answers. */
export class CpuGauge {
  /** 0 to 1, a little more at most; null before the second answer. */
  share: number | null = null;
  #last: { readonly cpuMs: number; readonly atMs: number } | undefined;

  note({ ru_utime, ru_stime }: Pick<WorkerResourceUsage, 'ru_utime' | 'ru_stime'>, atMs: number): void {
    const cpuMs = ru_utime + ru_stime;
    const last = this.#last;
    this.#last = { cpuMs, atMs };
    if (last !== undefined && atMs > last.atMs) this.share = (cpuMs - last.cpuMs) / (atMs - last.atMs);
  }

  /** The worker died: another begins at zero. */
  reset(): void {
    this.share = null;
    this.#last = undefined;
  }
}
