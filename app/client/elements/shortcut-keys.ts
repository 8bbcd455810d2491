import { type Command, commandOf, shortcuts } from '../meeting/shortcuts.ts';
import { t } from './texts.ts';

/** Listens for single keys while nobody types and no dialog is open. */
export class ShortcutKeys {
  #isOn = true;
  #stop = () => {};

  /** Called with what the person wants. */
  onCommand: (command: Command) => void = () => {};

  /** Whether single keys do something. The switch is in the list of them, which a menu opens as well. */
  set isOn(isOn: boolean) {
    this.#isOn = isOn;
  }

  start(): void {
    document.addEventListener('keydown', this.#pressed);
    this.#stop = () => document.removeEventListener('keydown', this.#pressed);
  }

  stop(): void {
    this.#stop();
  }

  readonly #pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const command = commandOf(event);
    if (command === null || !this.#isOn) return;
    event.preventDefault();
    this.onCommand(command);
  };
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select'));

/** Writes the list of keys into a `<dl>`. */
export function listShortcuts(list: HTMLElement): void {
  list.replaceChildren(
    ...shortcuts.map(({ key, command }) => {
      const row = document.createElement('div');
      const [keys, what] = [document.createElement('dt'), document.createElement('dd')];
      const cap = document.createElement('kbd');
      cap.textContent = key === 'PageUp' || key === 'PageDown' ? t(`keys.${key}`) : key.toUpperCase();
      keys.append(cap);
      what.textContent = t(`commands.${command}`);
      row.append(keys, what);
      return row;
    }),
  );
}
