import type { DeviceRole, LocalDevices } from '../meeting/local-devices.ts';
import { DeviceEffects } from './device-effects.ts';
import { fromTemplate, part } from './parts.ts';
import { t } from './texts.ts';

const roles: readonly DeviceRole[] = ['camera', 'microphone', 'speaker'];

/** `<device-picker>`: lists of cameras, microphones and, where the browser lets one be chosen, speakers; what is done to picture and sound; and a way to hear oneself. */
export class DevicePicker extends HTMLElement {
  #devices: LocalDevices | undefined;
  #stop: readonly (() => void)[] = [];

  /** Shows these devices and lets them be chosen. */
  connect(devices: LocalDevices): void {
    this.#devices = devices;
    const effects = fromTemplate('device-effects', DeviceEffects);
    this.replaceChildren(fromTemplate('device-lists', HTMLElement), effects);
    effects.connect(devices);
    for (const role of roles) {
      const list = this.#list(role);
      list.onchange = () => devices.choose(role, list.value);
    }
    for (const stop of this.#stop) stop();
    this.#stop = [
      devices.on('choicesChanged', () => this.#show()),
      devices.on('inputChanged', () => this.#show()),
    ];
    this.#show();
  }

  #list(role: DeviceRole): HTMLSelectElement {
    return part(this, `${role}-list`, HTMLSelectElement);
  }

  #show(): void {
    const devices = this.#devices;
    if (!devices) return;
    for (const role of roles) {
      const choices = devices.choices(role).map(({ id, label }, index) => ({
        id,
        label: label || t(`devices.${role}`, { number: index + 1 }),
      }));
      // Not known before the browser allowed them; or there are none.
      const options =
        choices.length > 0 ? choices : [{ id: '', label: t(`devices.${nothingOf(devices, role)}`) }];
      const list = this.#list(role);
      list.disabled = choices.length === 0;
      fill(list, options);
      list.value = devices.chosenId(role);
      if (list.selectedIndex < 0) list.selectedIndex = 0;
    }
    part(this, 'speaker', HTMLElement).hidden = !canChooseSpeaker || devices.choices('speaker').length === 0;
  }
}

const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

const nothingOf = (devices: LocalDevices, role: DeviceRole) =>
  role !== 'speaker' && devices[role].fault === 'none' ? ('none' as const) : ('notYet' as const);

/** Leaves a list alone that already says so: an open one would close under the person's hand. */
function fill(list: HTMLSelectElement, options: readonly { id: string; label: string }[]): void {
  const same =
    list.options.length === options.length &&
    options.every(
      ({ id, label }, index) => list.options[index]?.value === id && list.options[index].text === label,
    );
  if (!same) list.replaceChildren(...options.map(({ id, label }) => new Option(label, id)));
}
