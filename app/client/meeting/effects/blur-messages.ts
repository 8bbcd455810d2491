/** What the page sends to the worker that blurs backgrounds. */
export type ToBlurWorker =
  /** Pictures come and go by streams, without the page (Chromium). */
  | {
      readonly kind: 'streams';
      readonly readable: ReadableStream<VideoFrame>;
      readonly writable: WritableStream;
    }
  /** Pictures come one by one, each after a `wanted`. */
  | { readonly kind: 'pictures' }
  | { readonly kind: 'picture'; readonly picture: ImageBitmap };

/** What it answers. */
export type FromBlurWorker =
  /** The first picture is done. */
  | { readonly kind: 'begun' }
  /** Send the next picture. */
  | { readonly kind: 'wanted' }
  | { readonly kind: 'picture'; readonly picture: ImageBitmap }
  /** It is over: this computer does not keep up, or something failed. */
  | { readonly kind: 'ended'; readonly fault: 'tooSlow' | 'failed' };
