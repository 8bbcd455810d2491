import modelUrl from '@twilio/video-processors/dist/build/selfie_segmentation_landscape.tflite';
import createModule from '@twilio/video-processors/dist/build/tflite-simd-1-0-0.js';
import programUrl from '@twilio/video-processors/dist/build/tflite-simd-1-0-0.wasm';

/** Below and above these the model is taken to be sure, from 0 (background) to 1 (a person). */
const SURE = { background: 0.25, person: 0.7 } as const;

/** How much of the last picture's answer stays: without it, edges flicker. */
const INERTIA = 0.35;

/**
 * Finds people in a picture. Model: MediaPipe's selfie segmentation (Apache-2.0), run by TensorFlow Lite, both as the
 * package of Twilio's video processors ships them.
 */
export class Segmenter {
  readonly #program: Awaited<ReturnType<typeof createModule>>;
  /** What the model takes, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly #last: Float32Array;

  private constructor(program: Awaited<ReturnType<typeof createModule>>) {
    this.#program = program;
    this.width = program._getInputWidth();
    this.height = program._getInputHeight();
    this.#last = new Float32Array(this.width * this.height);
  }

  /** @throws Error when program or model cannot be had, or WebAssembly is not allowed. */
  static async load(): Promise<Segmenter> {
    const [program, model] = await Promise.all([
      createModule({ locateFile: () => programUrl }),
      fetch(modelUrl).then((answer) => {
        if (!answer.ok) throw new Error(`the model was answered with ${answer.status}`);
        return answer.arrayBuffer();
      }),
    ]);
    program.HEAPU8.set(new Uint8Array(model), program._getModelBufferMemoryOffset());
    if (program._loadModel(model.byteLength) !== 0) throw new Error('the model does not fit the program');
    return new Segmenter(program);
  }

  /** Makes what is no person transparent, in place. @param picture - of {@link width} by {@link height}. */
  cutOut({ data }: ImageData): void {
    const program = this.#program;
    const input = program._getInputMemoryOffset() / Float32Array.BYTES_PER_ELEMENT;
    for (let pixel = 0; pixel < this.#last.length; pixel++) {
      for (let colour = 0; colour < 3; colour++)
        program.HEAPF32[input + pixel * 3 + colour] = (data[pixel * 4 + colour] ?? 0) / 255;
    }
    program._runInference();
    const output = program._getOutputMemoryOffset() / Float32Array.BYTES_PER_ELEMENT;
    for (let pixel = 0; pixel < this.#last.length; pixel++) {
      const now = program.HEAPF32[output + pixel] ?? 0;
      const mixed = INERTIA * (this.#last[pixel] ?? 0) + (1 - INERTIA) * now;
      this.#last[pixel] = mixed;
      const share = (mixed - SURE.background) / (SURE.person - SURE.background);
      data[pixel * 4 + 3] = 255 * Math.min(1, Math.max(0, share));
    }
  }
}
