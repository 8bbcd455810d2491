import type { Reception } from '../meeting/attention.ts';
import type { LayoutName } from '../meeting/floor-view.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

/** `<more-menu>`: what is not pressed every minute: how the room looks, and how much of it is received. */
export class MoreMenu extends HTMLElement {
  /** Called with the person's choice. */
  onLayout: (layout: LayoutName) => void = () => {};
  onReception: (reception: Reception) => void = () => {};
  onHideSelf: (hides: boolean) => void = () => {};
  onSounds: (sounds: boolean) => void = () => {};

  connect(): void {
    for (const radio of this.#radios('layout'))
      radio.onchange = () => this.onLayout(radio.value as LayoutName);
    for (const radio of this.#radios('reception'))
      radio.onchange = () => this.onReception(radio.value as Reception);
    const hideSelf = part(this, 'hide-self', HTMLInputElement);
    hideSelf.onchange = () => this.onHideSelf(hideSelf.checked);
    const sounds = part(this, 'sounds', HTMLInputElement);
    sounds.onchange = () => this.onSounds(sounds.checked);
  }

  showLayout(layout: LayoutName, hidesSelf: boolean): void {
    for (const radio of this.#radios('layout')) radio.checked = radio.value === layout;
    part(this, 'hide-self', HTMLInputElement).checked = hidesSelf;
  }

  showReception(reception: Reception): void {
    for (const radio of this.#radios('reception')) radio.checked = radio.value === reception;
    part(this, 'reception-hint', HTMLElement).textContent = t(`reception.${reception}`);
  }

  showSounds(sounds: boolean): void {
    part(this, 'sounds', HTMLInputElement).checked = sounds;
  }

  #radios(name: string): HTMLInputElement[] {
    return [...part(this, name, HTMLFieldSetElement).querySelectorAll('input')];
  }
}
