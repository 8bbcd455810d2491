/** How often the level is read, in milliseconds. */
const INTERVAL_MS = 50;

/** Quieter than this counts as silence, in decibels below full scale. */
const FLOOR_DB = -60;

/** How much of the level stays after one interval, so that the bar falls gently. */
const DECAY = 0.85;

/** Measures how loud a microphone is. */
export class LevelMeter {
  readonly #onLevel: (level: number) => void;
  #context: AudioContext | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #level = 0;

  /** @param onLevel - called with a level from 0 (silence) to 1 (as loud as it gets). */
  constructor(onLevel: (level: number) => void) {
    this.#onLevel = onLevel;
  }

  /** Measures this track from now on; null: none, and nothing is kept open. The track stays the caller's. */
  watch(track: MediaStreamTrack | null): void {
    clearInterval(this.#timer);
    this.#context?.close().catch(() => {});
    this.#context = undefined;
    this.#level = 0;
    this.#onLevel(0);
    if (!track) return;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    try {
      this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    } catch {
      // Firefox refuses a microphone whose sample rate is not the speaker's. The call does without a level.
      return;
    }
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#level = Math.max(levelOf(samples), this.#level * DECAY);
      this.#onLevel(this.#level);
    }, INTERVAL_MS);
    this.wake();
  }

  /** Browsers start sound only after the person touched the page: call this on a touch or a key. */
  wake(): void {
    // Refused before the first touch; the next call mends it.
    if (this.#context?.state === 'suspended') this.#context.resume().catch(() => {});
  }
}

function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + Number.EPSILON);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
