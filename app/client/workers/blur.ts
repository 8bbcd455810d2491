import type { FromBlurWorker, ToBlurWorker } from '../meeting/effects/blur-messages.ts';
import { Pace } from '../meeting/effects/pace.ts';
import { Segmenter } from '../meeting/effects/segmenter.ts';

/**
 * A worker that blurs what is behind people. Apart from the page, so that the page stays quick and goes on while it
 * is hidden; and so that WebAssembly for it is allowed here only.
 */

/** Larger pictures are made smaller, in pixels: a blurred background has no details, and old computers keep up. */
const MAX_WIDTH = 640;

/** Width of the picture that is blurred, in pixels: small blurs are quick ones. */
const BLURRED_WIDTH = 96;

/** Pause between two pictures where they come one by one, in milliseconds: at most 24 a second. */
const PAUSE_MS = 1000 / 24;

const say = (message: FromBlurWorker, transfer: Transferable[] = []) => postMessage(message, { transfer });

const canvasOf = (width: number, height: number, willReadFrequently = false) => {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently });
  if (!context) throw new Error('this browser draws nothing in workers');
  return { canvas, context };
};

/** Draws people sharp before a blurred background. */
class Painter {
  readonly #segmenter: Segmenter;
  readonly #people: ReturnType<typeof canvasOf>;
  #blurred = canvasOf(1, 1);
  #picture = canvasOf(1, 1);

  constructor(segmenter: Segmenter) {
    this.#segmenter = segmenter;
    this.#people = canvasOf(segmenter.width, segmenter.height, true);
  }

  /** The picture of this frame. It is drawn over with the next. */
  paint(frame: VideoFrame | ImageBitmap): OffscreenCanvas {
    const [width, height] =
      'displayWidth' in frame ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
    this.#fit(width, height);
    const people = this.#people;
    people.context.drawImage(frame, 0, 0, people.canvas.width, people.canvas.height);
    const pixels = people.context.getImageData(0, 0, people.canvas.width, people.canvas.height);
    this.#segmenter.cutOut(pixels);
    people.context.putImageData(pixels, 0, 0);

    const blurred = this.#blurred;
    // Safari knows no filter; there the smallness of the picture alone blurs it.
    blurred.context.filter = 'blur(3px)';
    blurred.context.drawImage(frame, 0, 0, blurred.canvas.width, blurred.canvas.height);

    const { canvas, context } = this.#picture;
    context.imageSmoothingQuality = 'high';
    context.globalCompositeOperation = 'copy';
    context.drawImage(people.canvas, 0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'source-in';
    context.drawImage(frame, 0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'destination-over';
    context.drawImage(blurred.canvas, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  /** The camera may turn, or be another one. */
  #fit(width: number, height: number): void {
    const scale = Math.min(1, MAX_WIDTH / Math.max(width, height));
    // Encoders want even sides.
    const even = (side: number) => Math.max(2, 2 * Math.round((side * scale) / 2));
    const { canvas } = this.#picture;
    if (canvas.width === even(width) && canvas.height === even(height)) return;
    this.#picture = canvasOf(even(width), even(height));
    this.#blurred = canvasOf(BLURRED_WIDTH, Math.max(1, Math.round((BLURRED_WIDTH * height) / width)));
  }
}

const painter = Segmenter.load().then((segmenter) => new Painter(segmenter));
const pace = new Pace();
let hasBegun = false;

/** Paints one frame and lets go of it. Throws when this computer does not keep up. */
function painted(painter: Painter, frame: VideoFrame | ImageBitmap): OffscreenCanvas {
  const startedAt = performance.now();
  try {
    return painter.paint(frame);
  } finally {
    frame.close();
    if (pace.isTooSlow(performance.now() - startedAt)) end('tooSlow');
  }
}

function begin(): void {
  if (hasBegun) return;
  hasBegun = true;
  say({ kind: 'begun' });
}

function end(fault: 'tooSlow' | 'failed'): void {
  say({ kind: 'ended', fault });
  close();
}

async function pass(readable: ReadableStream<VideoFrame>, writable: WritableStream): Promise<void> {
  const ready = await painter;
  const blurring = new TransformStream<VideoFrame, VideoFrame>({
    transform(frame, controller) {
      const { timestamp } = frame;
      controller.enqueue(new VideoFrame(painted(ready, frame), { timestamp }));
      begin();
    },
  });
  await readable.pipeThrough(blurring).pipeTo(writable);
}

async function answer(frame: ImageBitmap): Promise<void> {
  const picture = painted(await painter, frame).transferToImageBitmap();
  say({ kind: 'picture', picture }, [picture]);
  begin();
  // Timers of a hidden page are slowed down; a worker's are not.
  setTimeout(() => say({ kind: 'wanted' }), PAUSE_MS);
}

addEventListener('message', ({ data }: MessageEvent<ToBlurWorker>) => {
  const failed = () => end('failed');
  if (data.kind === 'streams') pass(data.readable, data.writable).catch(failed);
  else if (data.kind === 'picture') answer(data.picture).catch(failed);
  else painter.then(() => say({ kind: 'wanted' })).catch(failed);
});
