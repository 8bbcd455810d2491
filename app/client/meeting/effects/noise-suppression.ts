import { RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor';
import programUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm';
import { EffectError, type MakeEffect } from './effect.ts';

/** What RNNoise was taught with, in hertz. */
const SAMPLE_RATE = 48_000;

/** How often it is looked whether the sound keeps up, in milliseconds. */
const CHECK_MS = 2_000;

/** Sound that comes at less than this share of real time has holes. */
const SLOWEST_SHARE = 0.8;

/** How many checks in a row: one is a computer that is busy for a moment. */
const SLOW_CHECKS = 4;

/**
 * Takes noise away from a voice: fans, keyboards, streets. Half of a hundredth of a second late.
 *
 * @param workletUrl - of `app/client/workers/noise.ts`.
 */
export function noiseSuppression(workletUrl: string): MakeEffect {
  return async (track, onFault) => {
    if (typeof AudioWorkletNode !== 'function') throw new EffectError('unsupported');
    const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 'interactive' });
    let timer: ReturnType<typeof setInterval> | undefined;
    let node: RnnoiseWorkletNode | undefined;
    const stop = () => {
      clearInterval(timer);
      node?.destroy();
      output?.stop();
      // Closed already is closed.
      context.close().catch(() => {});
    };
    let output: MediaStreamTrack | undefined;
    try {
      const [wasmBinary] = await Promise.all([
        programOf(programUrl),
        context.audioWorklet.addModule(workletUrl),
      ]);
      const source = sourceOf(context, track);
      node = new RnnoiseWorkletNode(context, { maxChannels: 1, wasmBinary });
      const destination = context.createMediaStreamDestination();
      destination.channelCount = 1;
      source.connect(node).connect(destination);
      [output] = destination.stream.getAudioTracks();
      if (!output) throw new EffectError('failed');
      // Allowed without a touch while the page records.
      await context.resume();
    } catch (fault) {
      stop();
      throw fault instanceof EffectError ? fault : new EffectError('failed', { cause: fault });
    }
    timer = watchPace(context, () => {
      stop();
      onFault('tooSlow');
    });
    return { track: output, stop };
  };
}

async function programOf(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the program was answered with ${answer.status}`);
  return answer.arrayBuffer();
}

function sourceOf(context: AudioContext, track: MediaStreamTrack): MediaStreamAudioSourceNode {
  try {
    return context.createMediaStreamSource(new MediaStream([track]));
  } catch (cause) {
    // Firefox refuses a microphone whose sample rate is another (bug 1674892).
    throw new EffectError('unsupported', { cause });
  }
}

/** Compares the clock of the sound with that of the world: it stays behind when holes are played. */
function watchPace(context: AudioContext, onSlow: () => void): ReturnType<typeof setInterval> {
  let last = { sound: context.currentTime, world: performance.now() };
  let slow = 0;
  return setInterval(() => {
    // A phone call, or a computer that slept: no sound is due. A browser that fell asleep wakes up with resume().
    if (context.state !== 'running') {
      slow = 0;
      context.resume().catch(() => {});
    }
    const now = { sound: context.currentTime, world: performance.now() };
    const passedMs = now.world - last.world;
    const share = ((now.sound - last.sound) * 1000) / passedMs;
    last = now;
    // Where the timer itself came late, the page was asleep.
    if (context.state !== 'running' || passedMs > 2 * CHECK_MS) return;
    slow = share < SLOWEST_SHARE ? slow + 1 : 0;
    if (slow >= SLOW_CHECKS) onSlow();
  }, CHECK_MS);
}
