import type { DeviceChoice, DeviceRole } from './local-input.ts';

const deviceKinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;

/** Chromium lists some devices twice: once under this id, Windows' device for calls. */
const COMMUNICATIONS = 'communications';

/** The devices that this computer has, as far as the browser tells, and which speaker is used. */
export class DeviceList {
  #devices: readonly MediaDeviceInfo[] = [];
  /** Empty: the system's default. */
  speakerId = '';

  /** What can be chosen, the system's default first. */
  choices(role: DeviceRole): DeviceChoice[] {
    return this.#devices
      .filter(
        ({ kind, deviceId }) => kind === deviceKinds[role] && deviceId !== '' && deviceId !== COMMUNICATIONS,
      )
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** Looks anew. Answers whether the speaker that was used is gone; the system's default is used then. */
  async read(): Promise<boolean> {
    // A browser that refuses the list has none to offer.
    this.#devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const isGone = this.speakerId !== '' && !this.choices('speaker').some(({ id }) => id === this.speakerId);
    if (isGone) this.speakerId = '';
    return isGone;
  }

  /** The other camera of a phone: the one that looks the other way, as far as names tell; undefined: there is none. */
  otherCamera(usedId: string, facing: 'front' | 'back' | null): DeviceChoice | undefined {
    const others = this.choices('camera').filter(({ id }) => id !== usedId);
    const wanted = facing === 'front' ? /back|rear|environment|arri[eè]re/i : /front|user|avant/i;
    return others.find(({ label }) => wanted.test(label)) ?? others[0];
  }
}
