import { EchoTest } from '../meeting/echo-test.ts';
import type { EffectName } from '../meeting/effects/effect.ts';
import type { LocalDevices } from '../meeting/local-devices.ts';
import { prefer } from '../meeting/room-preferences.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

const names: readonly EffectName[] = ['blur', 'noise'];

/** `<device-effects>`: switches for what is done to picture and sound, and a button to hear oneself. */
export class DeviceEffects extends HTMLElement {
  readonly #echo = new EchoTest();
  #stop: readonly (() => void)[] = [];

  /** Switches the effects of these devices. */
  connect(devices: LocalDevices): void {
    for (const stop of this.#stop) stop();
    for (const name of names) {
      const box = this.#box(name);
      box.onchange = () => {
        devices.setEffect(name, box.checked);
        // What the person chose: one that ends by itself is tried again next time.
        prefer({ [name]: box.checked });
      };
    }
    part(this, 'echo', HTMLButtonElement).onclick = () => this.#hear(devices);
    this.#stop = [
      devices.on('effectChanged', () => this.#show(devices)),
      devices.on('inputChanged', () => this.#showEcho(devices)),
      this.#echo.on('stateChanged', () => this.#showEcho(devices)),
    ];
    this.#show(devices);
    this.#showEcho(devices);
  }

  disconnectedCallback(): void {
    this.#echo.stop();
  }

  #box(name: EffectName): HTMLInputElement {
    return part(this, `${name}-box`, HTMLInputElement);
  }

  #hear(devices: LocalDevices): void {
    const { track } = devices.microphone;
    if (this.#echo.state === 'recording' || this.#echo.state === 'playing') this.#echo.stop();
    else if (track) void this.#echo.run(track, devices.speakerId);
  }

  #show(devices: LocalDevices): void {
    for (const name of names) {
      const { wanted, pending, fault } = devices.effect(name);
      this.#box(name).checked = wanted;
      const note = part(this, `${name}-note`, HTMLElement);
      const sentence = fault ? t(`effects.${fault}`) : pending ? t('effects.pending') : '';
      // Written again, it would be read out again.
      if (note.textContent !== sentence) note.textContent = sentence;
      note.hidden = sentence === '';
    }
  }

  #showEcho(devices: LocalDevices): void {
    const { state } = this.#echo;
    const isBusy = state === 'recording' || state === 'playing';
    const button = part(this, 'echo', HTMLButtonElement);
    button.textContent = t(isBusy ? 'echo.stop' : 'echo.start');
    button.hidden = devices.microphone.track === null;
    const note = part(this, 'echo-note', HTMLElement);
    const sentence = state === 'idle' ? '' : t(`echo.${state}`);
    if (note.textContent !== sentence) note.textContent = sentence;
  }
}
