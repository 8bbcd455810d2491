import { deferred } from '../deferred.ts';
import type { FromBlurWorker, ToBlurWorker } from './blur-messages.ts';
import { type AppliedEffect, EffectError, type EffectFault, type MakeEffect } from './effect.ts';
import { ownWorker } from './own-script.ts';

/** Chromium's streams of pictures (W3C MediaStreamTrack Insertable Media Processing), which no other browser has. */
interface InsertableMedia {
  MediaStreamTrackProcessor?: new (options: {
    track: MediaStreamTrack;
    maxBufferSize?: number;
  }) => { readonly readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator?: new (options: {
    kind: 'video';
  }) => MediaStreamTrack & {
    readonly writable: WritableStream;
  };
}

/** Model and program may have to be loaded first, in milliseconds. */
const START_DEADLINE_MS = 20_000;

/**
 * Blurs what is behind people. @param workerUrl - of `app/client/workers/blur.ts`.
 */
export function backgroundBlur(workerUrl: string): MakeEffect {
  return async (track, onFault) => {
    if (!isSupported()) throw new EffectError('unsupported');
    const worker = ownWorker(workerUrl);
    let output: AppliedEffect | undefined;
    const stop = () => {
      worker.terminate();
      output?.stop();
    };
    try {
      output = hasStreams() ? byStreams(track, worker) : byPictures(track, worker);
      await begun(worker);
    } catch (fault) {
      stop();
      throw fault instanceof EffectError ? fault : new EffectError('failed', { cause: fault });
    }
    const ended = (fault: EffectFault) => {
      stop();
      onFault(fault);
    };
    listen(worker, (message) => message.kind === 'ended' && ended(message.fault));
    worker.addEventListener('error', () => ended('failed'), { once: true });
    return { track: output.track, stop };
  };
}

const isSupported = () => typeof OffscreenCanvas === 'function' && typeof WebAssembly === 'object';

const insertable = globalThis as InsertableMedia;
const hasStreams = () =>
  insertable.MediaStreamTrackProcessor !== undefined && insertable.MediaStreamTrackGenerator !== undefined;

const send = (worker: Worker, message: ToBlurWorker, transfer: Transferable[] = []) =>
  worker.postMessage(message, transfer);

const listen = (worker: Worker, listener: (message: FromBlurWorker) => void) =>
  worker.addEventListener('message', ({ data }: MessageEvent<FromBlurWorker>) => listener(data));

/** Resolves with the first picture that is done. */
function begun(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = deferred<void>();
  const late = setTimeout(() => reject(new EffectError('tooSlow')), START_DEADLINE_MS);
  listen(worker, (message) => {
    if (message.kind === 'begun') resolve();
    if (message.kind === 'ended') reject(new EffectError(message.fault));
  });
  worker.addEventListener('error', () => reject(new EffectError('failed')), { once: true });
  return promise.finally(() => clearTimeout(late));
}

function byStreams(track: MediaStreamTrack, worker: Worker): AppliedEffect {
  const { MediaStreamTrackProcessor: Processor, MediaStreamTrackGenerator: Generator } = insertable;
  if (!Processor || !Generator) throw new EffectError('unsupported');
  // A copy: the processor holds its track open, and the camera's own is stopped by whoever has it.
  const copy = track.clone();
  const generator = new Generator({ kind: 'video' });
  // One: late pictures are left out.
  const { readable } = new Processor({ track: copy, maxBufferSize: 1 });
  const { writable } = generator;
  send(worker, { kind: 'streams', readable, writable }, [readable, writable]);
  return {
    track: generator,
    stop() {
      generator.stop();
      copy.stop();
    },
  };
}

function byPictures(track: MediaStreamTrack, worker: Worker): AppliedEffect {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('bitmaprenderer');
  const [output] = canvas.captureStream().getVideoTracks();
  if (!context || !output) throw new EffectError('unsupported');
  listen(worker, (message) => {
    if (message.kind === 'wanted') void sendPicture();
    if (message.kind !== 'picture') return;
    canvas.width = message.picture.width;
    canvas.height = message.picture.height;
    context.transferFromImageBitmap(message.picture);
  });
  async function sendPicture(): Promise<void> {
    if (!video.srcObject) return;
    // Before its first picture there is nothing to take.
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await video.play();
    const picture = await createImageBitmap(video);
    send(worker, { kind: 'picture', picture }, [picture]);
  }
  video.play().catch(() => {});
  send(worker, { kind: 'pictures' });
  return {
    track: output,
    stop() {
      output.stop();
      video.srcObject = null;
    },
  };
}
