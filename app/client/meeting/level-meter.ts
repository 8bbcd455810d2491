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
  #source: MediaStreamAudioSourceNode | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #level = 0;

  /** @param onLevel - called with a level from 0 (silence) to 1 (as loud as it gets). */
  constructor(onLevel: (level: number) => void) {
    this.#onLevel = onLevel;
  }

  /** Measures this track from now on; null: none. The track stays the caller's. */
  watch(track: MediaStreamTrack | null): void {
    this.#source?.disconnect();
    this.#source = undefined;
    clearInterval(this.#timer);
    this.#level = 0;
    this.#onLevel(0);
    if (!track) return;
    this.#context ??= new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(analyser);
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

  close(): void {
    this.watch(null);
    this.#context?.close().catch(() => {});
    this.#context = undefined;
  }
}

function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + Number.EPSILON);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
