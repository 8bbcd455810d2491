/** Programs and models of packages: the bundler puts them among the assets and gives their address. */
declare module '*.wasm' {
  const url: string;

  export default url;
}

declare module '*.tflite' {
  const url: string;

  export default url;
}

declare module '@twilio/video-processors/dist/build/tflite-simd-1-0-0.js' {
  /** TensorFlow Lite with one model, as Emscripten gives it. Offsets are in bytes. */
  interface TFLite {
    readonly HEAPU8: Uint8Array;
    readonly HEAPF32: Float32Array;
    _getModelBufferMemoryOffset(): number;
    _loadModel(byteLength: number): number;
    _getInputMemoryOffset(): number;
    _getInputWidth(): number;
    _getInputHeight(): number;
    _getOutputMemoryOffset(): number;
    _runInference(): number;
  }
  const createModule: (options: { locateFile(name: string): string }) => Promise<TFLite>;

  export default createModule;
}
