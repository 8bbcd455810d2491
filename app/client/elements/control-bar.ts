export type Control =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'hand'
  | 'react'
  | 'chat'
  | 'people'
  | 'more'
  | 'flip'
  | 'devices'
  | 'float'
  | 'full-screen'
  | 'shortcuts'
  | 'copy'
  | 'lock'
  | 'leave';

/** `<control-bar>` around buttons marked `data-control`: says which was pressed and shows what is on. */
export class ControlBar extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('click', this.#pressed);
  }

  disconnectedCallback(): void {
    this.removeEventListener('click', this.#pressed);
  }

  /** Called with every press. */
  onControl: (control: Control) => void = () => {};

  /** Shows a toggle as on or off. `faulty` marks one that could not be turned on. */
  setPressed(control: Control, pressed: boolean, faulty = false): void {
    const button = this.#button(control);
    button?.setAttribute('aria-pressed', String(pressed));
    button?.classList.toggle('is-faulty', faulty);
  }

  /** Shows whether what a button opens is open. */
  setExpanded(control: Control, expanded: boolean): void {
    this.#button(control)?.setAttribute('aria-expanded', String(expanded));
  }

  isPressed(control: Control): boolean {
    return this.#button(control)?.getAttribute('aria-pressed') === 'true';
  }

  /** Shows a button, or hides it: what this browser cannot do, or this person may not. */
  setShown(control: Control, shown: boolean): void {
    const button = this.#button(control);
    if (button) button.hidden = !shown;
  }

  #button(control: Control): HTMLButtonElement | null {
    return this.querySelector<HTMLButtonElement>(`[data-control="${control}"]`);
  }

  readonly #pressed = (event: Event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-control]') : null;
    if (button) this.onControl(button.dataset.control as Control);
  };
}
