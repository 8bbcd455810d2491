import { part } from './parts.ts';
import { t } from './texts.ts';

export type PanelName = 'chat' | 'people';

/** `<side-panel role="complementary">`: beside the people, or over them where there is no room; one `data-panel` at a time. */
export class SidePanel extends HTMLElement {
  #name: PanelName | null = null;
  #cameFrom: HTMLElement | null = null;

  /** Called with what is open now; null: nothing. */
  onChange: (name: PanelName | null) => void = () => {};

  connect(): void {
    part(this, 'panel-close', HTMLButtonElement).onclick = () => this.close();
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.stopPropagation();
      this.close();
    });
  }

  get open(): PanelName | null {
    return this.#name;
  }

  /** Opens this one, or closes it when it is open. */
  toggle(name: PanelName): void {
    if (this.#name === name) this.close();
    else this.show(name);
  }

  show(name: PanelName): void {
    if (this.#name === null)
      this.#cameFrom = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.#set(name);
    // First: what is in it may have a better place for the keyboard.
    part(this, 'panel-heading', HTMLElement).focus();
    this.onChange(name);
  }

  /** Leads the keyboard back to where it came from. */
  close(): void {
    if (this.#name === null) return;
    const hadFocus = this.contains(document.activeElement);
    this.#set(null);
    this.onChange(null);
    if (hadFocus) this.#cameFrom?.focus();
    this.#cameFrom = null;
  }

  #set(name: PanelName | null): void {
    this.#name = name;
    this.hidden = name === null;
    if (name) part(this, 'panel-heading', HTMLElement).textContent = t(`panel.${name}`);
    for (const panel of this.querySelectorAll<HTMLElement>('[data-panel]'))
      panel.hidden = panel.dataset.panel !== name;
  }
}
