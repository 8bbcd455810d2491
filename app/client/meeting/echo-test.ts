import { createNanoEvents } from 'nanoevents';
import { deferred } from './deferred.ts';

/** `silent`: nothing was heard in what was recorded. `failed`: this browser could not record or play it. */
export type EchoState = 'idle' | 'recording' | 'playing' | 'silent' | 'failed';

interface EchoTestEvents {
  stateChanged: (state: EchoState) => void;
}

/** How long somebody may speak, in milliseconds. */
const RECORDING_MS = 4_000;

/** The loudest sample of a recording in which nobody spoke, of 1. */
const SILENCE = 0.01;

type Player = HTMLAudioElement & { setSinkId?(id: string): Promise<void> };

/** Records a few words and plays them back, so that people hear themselves as the others will. It leaves no trace. */
export class EchoTest {
  readonly #events = createNanoEvents<EchoTestEvents>();
  #state: EchoState = 'idle';
  #abort = new AbortController();

  on<Name extends keyof EchoTestEvents>(name: Name, listener: EchoTestEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get state(): EchoState {
    return this.#state;
  }

  /**
   * Records and plays. Call it from a press of a button: browsers play sound after one only.
   *
   * @param track - of the microphone; it is heard also while it is muted, by nobody else.
   * @param speakerId - empty: the system's own.
   */
  async run(track: MediaStreamTrack, speakerId: string): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    const copy = track.clone();
    copy.enabled = true;
    const context = new AudioContext();
    try {
      this.#setState('recording');
      const recording = await recorded(copy, abort.signal);
      if (abort.signal.aborted) return;
      // A microphone that gives nothing at all leaves an empty recording.
      if (recording.byteLength === 0) return this.#setState('silent');
      const words = await context.decodeAudioData(recording);
      if (loudestOf(words) < SILENCE) return this.#setState('silent');
      this.#setState('playing');
      await played(context, words, speakerId, abort.signal);
      if (!abort.signal.aborted) this.#setState('idle');
    } catch {
      if (!abort.signal.aborted) this.#setState('failed');
    } finally {
      copy.stop();
      context.close().catch(() => {});
    }
  }

  /** Ends it at once. */
  stop(): void {
    this.#abort.abort();
    this.#setState('idle');
  }

  #setState(state: EchoState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#events.emit('stateChanged', state);
  }
}

async function recorded(track: MediaStreamTrack, signal: AbortSignal): Promise<ArrayBuffer> {
  const recorder = new MediaRecorder(new MediaStream([track]));
  const parts: Blob[] = [];
  const { promise, resolve, reject } = deferred<void>();
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => resolve();
  recorder.onerror = () => reject(new Error('the browser stopped recording'));
  const end = () => recorder.state !== 'inactive' && recorder.stop();
  signal.addEventListener('abort', end, { once: true });
  const timer = setTimeout(end, RECORDING_MS);
  recorder.start();
  await promise.finally(() => clearTimeout(timer));
  return new Blob(parts).arrayBuffer();
}

/** By an element and not straight to the speaker: only elements can choose theirs in every browser that lets one. */
async function played(
  context: AudioContext,
  words: AudioBuffer,
  speakerId: string,
  signal: AbortSignal,
): Promise<void> {
  const source = context.createBufferSource();
  const destination = context.createMediaStreamDestination();
  const player: Player = document.createElement('audio');
  source.buffer = words;
  source.connect(destination);
  player.srcObject = destination.stream;
  const { promise, resolve } = deferred<void>();
  source.onended = () => resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  try {
    // A speaker that is gone leaves the sound where the system puts it.
    await player.setSinkId?.(speakerId).catch(() => {});
    await context.resume();
    await player.play();
    source.start();
    await promise;
  } finally {
    player.srcObject = null;
  }
}

function loudestOf(words: AudioBuffer): number {
  let loudest = 0;
  for (const sample of words.getChannelData(0)) loudest = Math.max(loudest, Math.abs(sample));
  return loudest;
}
