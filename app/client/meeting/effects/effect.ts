/** What can be done to this side's own sound and picture before anybody gets it. */
export type EffectName = 'blur' | 'noise';

/**
 * Why an effect is not there. `unsupported`: this browser cannot do it. `tooSlow`: this computer does not keep up.
 * `failed`: it did not start, or ended by itself.
 */
export type EffectFault = 'unsupported' | 'tooSlow' | 'failed';

/** An effect at work on one track. */
export interface AppliedEffect {
  /** What comes out; ends with {@link stop}. The track that goes in stays the caller's. */
  readonly track: MediaStreamTrack;
  stop(): void;
}

/**
 * Puts an effect on a track, and answers once it is really there: nothing unchanged gets out before.
 *
 * @param onFault - called at most once, when it later proves too slow or ends; nothing comes out any more.
 * @throws {@link EffectError} when it cannot be had.
 */
export type MakeEffect = (
  track: MediaStreamTrack,
  onFault: (fault: EffectFault) => void,
) => Promise<AppliedEffect>;

export class EffectError extends Error {
  override readonly name = 'EffectError';
  readonly fault: EffectFault;

  constructor(fault: EffectFault, options?: ErrorOptions) {
    super(`the effect is not there: ${fault}`, options);
    this.fault = fault;
  }
}

/** Where the programs of the effects are, as the page's server says. */
export interface EffectAssets {
  /** A worker: finds the person in a picture and blurs the rest. */
  readonly blurWorker: string;
  /** An audio worklet: takes noise away. */
  readonly noiseWorklet: string;
}
