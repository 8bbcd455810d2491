import { type AppliedEffect, EffectError, type EffectFault, type MakeEffect } from './effect.ts';

/** An effect as the person wants it and as it is. */
export interface EffectStatus {
  readonly wanted: boolean;
  /** It is being started. */
  readonly pending: boolean;
  /** Why it was switched off by itself; null after the person switched it. */
  readonly fault: EffectFault | null;
}

/** One effect on one input: switched on and off by the person, off by itself when it cannot be had. */
export class EffectSwitch {
  readonly #make: MakeEffect | undefined;
  readonly #onFault: (fault: EffectFault) => void;
  #status: EffectStatus = { wanted: false, pending: false, fault: null };
  #applied: AppliedEffect | undefined;

  /**
   * @param make - undefined: this page has no such effect.
   * @param onFault - it ended during use; it is no longer wanted then, and nothing comes out of it.
   */
  constructor(make: MakeEffect | undefined, onFault: (fault: EffectFault) => void) {
    this.#make = make;
    this.#onFault = onFault;
  }

  get status(): EffectStatus {
    return this.#status;
  }

  /** Takes effect with the next {@link dress}. */
  set wanted(wanted: boolean) {
    this.#status = { wanted, pending: false, fault: null };
  }

  /** Says that the next {@link dress} is under way. */
  expect(): void {
    this.#status = { ...this.#status, pending: this.#status.wanted };
  }

  /**
   * The track with the effect, or the source itself where none is wanted. What was made before is stopped once the new
   * one is there.
   *
   * @throws {@link EffectError} when it is wanted and cannot be had; it is no longer wanted then.
   */
  async dress(source: MediaStreamTrack): Promise<MediaStreamTrack> {
    const before = this.#applied;
    this.#applied = undefined;
    try {
      if (!this.#status.wanted) return source;
      if (!this.#make) throw new EffectError('unsupported');
      const applied = await this.#make(source, (fault) => {
        if (this.#applied !== applied) return;
        this.#applied = undefined;
        this.#status = { wanted: false, pending: false, fault };
        this.#onFault(fault);
      });
      // Switched off, or over, while it was being made.
      if (!this.#status.wanted || source.readyState === 'ended') {
        applied.stop();
        return source;
      }
      this.#applied = applied;
      applied.track.enabled = source.enabled;
      applied.track.contentHint = source.contentHint;
      return applied.track;
    } catch (thrown) {
      const fault = thrown instanceof EffectError ? thrown : new EffectError('failed', { cause: thrown });
      this.#status = { wanted: false, pending: false, fault: fault.fault };
      throw fault;
    } finally {
      before?.stop();
      this.#status = { ...this.#status, pending: false };
    }
  }

  /** Nothing is being started: the input is off. */
  settle(): void {
    this.#status = { ...this.#status, pending: false };
  }

  /** Nothing comes out any more; what is wanted stays. */
  undress(): void {
    this.#applied?.stop();
    this.#applied = undefined;
  }
}
