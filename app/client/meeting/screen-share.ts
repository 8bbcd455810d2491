import { createNanoEvents } from 'nanoevents';

interface ScreenShareEvents {
  /** Started or stopped, also by the browser's own button. */
  changed: () => void;
}

/** This computer's screen, window or tab while it is shown to the others. */
export class ScreenShare {
  readonly #events = createNanoEvents<ScreenShareEvents>();
  #video: MediaStreamTrack | null = null;
  #audio: MediaStreamTrack | null = null;
  #isAsking = false;

  /** Phones cannot share their screen. */
  static get isSupported(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  }

  get video(): MediaStreamTrack | null {
    return this.#video;
  }

  /** What the shared tab or computer plays, where the browser gives it. */
  get audio(): MediaStreamTrack | null {
    return this.#audio;
  }

  on<Name extends keyof ScreenShareEvents>(name: Name, listener: ScreenShareEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Asks the person what to share. A person who changes their mind is no fault.
   *
   * @throws DOMException when the system refuses.
   */
  async start(): Promise<void> {
    if (this.#video || this.#isAsking) return;
    this.#isAsking = true;
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { ideal: 15, max: 30 } },
        audio: true,
      });
    } catch (thrown) {
      if (thrown instanceof DOMException && isCancelled(thrown)) return;
      throw thrown;
    } finally {
      this.#isAsking = false;
    }
    const [video] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    if (!video) return;
    video.contentHint = 'detail';
    video.onended = () => this.stop();
    if (audio) {
      audio.contentHint = 'music';
      audio.onended = () => this.#audioEnded();
    }
    this.#video = video;
    this.#audio = audio ?? null;
    this.#events.emit('changed');
  }

  stop(): void {
    if (!this.#video) return;
    for (const track of [this.#video, this.#audio]) {
      if (!track) continue;
      track.onended = null;
      track.stop();
    }
    this.#video = null;
    this.#audio = null;
    this.#events.emit('changed');
  }

  #audioEnded(): void {
    this.#audio = null;
    this.#events.emit('changed');
  }
}

/** Chromium and Firefox say NotAllowedError for a closed dialog as well as for a system that refuses. */
const isCancelled = ({ name, message }: DOMException) =>
  name === 'AbortError' || (name === 'NotAllowedError' && !/system/i.test(message));
