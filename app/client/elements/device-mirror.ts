import { deviceFaultOf } from '../meeting/device-fault.ts';
import { LevelBar } from './level-bar.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/**
 * `<device-mirror>`: a look into one's own camera, and whether the microphone hears anything, before it matters. Devices
 * are asked for by a press and given back as soon as they are not looked at.
 */
export class DeviceMirror extends HTMLElement {
  #stream: MediaStream | undefined;

  /** Called when the person wants to hear how it sounds when it is their turn. */
  onSound: () => void = () => {};

  connect(): void {
    part(this, 'look', HTMLButtonElement).onclick = () => void (this.#stream ? this.stop() : this.#start());
    part(this, 'sound', HTMLButtonElement).onclick = () => this.onSound();
    this.closest('details')?.addEventListener('toggle', () => this.stop());
    this.#show('');
  }

  /** Gives the devices back. */
  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#show('');
  }

  async #start(): Promise<void> {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: true,
        video: { facingMode: 'user' },
      });
      this.#show(t('hold.mirror.good'));
    } catch (thrown) {
      const fault = deviceFaultOf(thrown);
      this.#show(
        t(fault === 'denied' || fault === 'denied_by_system' ? 'hold.mirror.denied' : 'hold.mirror.none'),
      );
    }
  }

  #show(sentence: string): void {
    const [camera] = this.#stream?.getVideoTracks() ?? [];
    const [microphone] = this.#stream?.getAudioTracks() ?? [];
    const video = part(this, 'video', HTMLVideoElement);
    video.hidden = camera === undefined;
    showTrack(video, camera ?? null);
    const level = part(this, 'level', LevelBar);
    level.hidden = microphone === undefined;
    level.track = microphone ?? null;
    part(this, 'said', HTMLElement).textContent = sentence;
    part(this, 'look', HTMLElement).textContent = t(this.#stream ? 'hold.mirror.stop' : 'hold.mirror.start');
  }
}
