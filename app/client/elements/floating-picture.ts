/**
 * The one who is large, in a window above all others (W3C Picture-in-Picture). One video whose track is exchanged: the
 * browser closes the window when its element goes.
 */
export class FloatingPicture {
  readonly #video: HTMLVideoElement;

  /** Called when it was opened or closed, also by the window's own button. */
  onChange: (isOpen: boolean) => void = () => {};

  /** @param video - stays in the page, unseen. */
  constructor(video: HTMLVideoElement) {
    this.#video = video;
    video.addEventListener('enterpictureinpicture', () => this.onChange(true));
    video.addEventListener('leavepictureinpicture', () => {
      video.srcObject = null;
      this.onChange(false);
    });
  }

  /** Firefox has a button of its own on every video, and nothing that a page could call. */
  static get isSupported(): boolean {
    return document.pictureInPictureEnabled === true;
  }

  get isOpen(): boolean {
    return document.pictureInPictureElement === this.#video;
  }

  /**
   * Opens it with this picture. Call it from a press.
   *
   * @throws DOMException when the browser refuses.
   */
  async open(track: MediaStreamTrack): Promise<void> {
    this.#play(track);
    if (this.#video.readyState < HTMLMediaElement.HAVE_METADATA)
      await new Promise((done) => this.#video.addEventListener('loadedmetadata', done, { once: true }));
    await this.#video.requestPictureInPicture();
  }

  /** Somebody else is large now. Without a picture the last one stays. */
  follow(track: MediaStreamTrack | null): void {
    if (this.isOpen && track) this.#play(track);
  }

  close(): void {
    if (this.isOpen) document.exitPictureInPicture().catch(() => {});
  }

  #play(track: MediaStreamTrack): void {
    const current =
      this.#video.srcObject instanceof MediaStream ? this.#video.srcObject.getTracks()[0] : null;
    if (current === track) return;
    this.#video.srcObject = new MediaStream([track]);
    // Exchanged once more before it started: that is no fault.
    this.#video.play().catch(() => {});
  }
}
