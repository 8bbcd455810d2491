import type { Participant, Source } from '../../meetings/messages.ts';
import type { LocalDevices } from '../meeting/local-devices.ts';
import type { Meeting } from '../meeting/meeting.ts';
import { ScreenShare } from '../meeting/screen-share.ts';
import { faultsOf } from './device-faults.ts';
import { t } from './texts.ts';

/** What one sends: turned on and off by the person, as far as the meeting's rules let them. */
export class OwnInputs {
  readonly screen = new ScreenShare();
  readonly #devices: LocalDevices;
  readonly #say: (sentence: string) => void;
  #meeting: Meeting | undefined;

  /** @param say - called with why something cannot be turned on. */
  constructor(devices: LocalDevices, say: (sentence: string) => void) {
    this.#devices = devices;
    this.#say = say;
  }

  /** The meeting that they are sent to; undefined after it. */
  set meeting(meeting: Meeting | undefined) {
    this.#meeting = meeting;
    if (!meeting) this.screen.stop();
  }

  toggle(kind: 'microphone' | 'camera'): void {
    const devices = this.#devices;
    const on = !devices[kind].on;
    if (on && this.#isForbidden(kind)) return;
    devices.setOn(kind, on);
    if (!devices[kind].on) return;
    const stop = devices.on('inputChanged', (changed) => {
      if (changed !== kind || devices[kind].pending) return;
      stop();
      if (devices[kind].fault) for (const { what, cure } of faultsOf(devices)) this.#say(`${what} ${cure}`);
    });
    // It had a track already: nothing more will be said of it.
    if (devices[kind].track) stop();
  }

  async toggleScreen(): Promise<void> {
    if (this.screen.video) return this.screen.stop();
    if (this.#isForbidden('screen')) return;
    try {
      await this.screen.start();
    } catch {
      this.#say(t('meeting.screenRefused'));
      return;
    }
    // Left while the browser was still asking.
    if (!this.#meeting) this.screen.stop();
  }

  /** A host (null: one who has left), or a rule of the meeting (undefined), stopped this: says so. */
  stopped(source: Source, by: Participant | null | undefined): void {
    if (source === 'screenAudio') return;
    this.#say(by ? t(`stopped.${source}By`, { name: by.name }) : t(`stopped.${source}`));
  }

  /** The camera that looks the other way: front and back on a phone. */
  flipCamera(): void {
    this.#devices.turnCamera();
  }

  #isForbidden(rule: 'microphone' | 'camera' | 'screen'): boolean {
    if (!this.#meeting || this.#meeting.moderation.mayUse(rule)) return false;
    this.#say(t(`forbidden.${rule}`));
    return true;
  }
}
