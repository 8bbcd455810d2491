import type { WaitingPerson } from '../../meetings/messages.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

/** `<waiting-list>`: for hosts, who waits to be let in, with an answer for each and one for all. */
export class WaitingList extends HTMLElement {
  readonly #rows = new Map<string, HTMLLIElement>();

  /** Called with the host's answer. */
  onAnswer: (ids: readonly string[], answer: 'admit' | 'deny') => void = () => {};

  connect(): void {
    part(this, 'admit-all', HTMLButtonElement).onclick = () => this.onAnswer([...this.#rows.keys()], 'admit');
  }

  /**
   * Shows these. Rows that stay are kept, so that a press meant for one hits it.
   *
   * @param waitedMs - how long each has been waiting by now, in milliseconds.
   */
  show(waiting: readonly WaitingPerson[], waitedMs: (id: string) => number): void {
    const list = part(this, 'waiting-people', HTMLUListElement);
    const ids = new Set(waiting.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      this.#rows.delete(id);
      this.#giveFocusOn(row);
      row.remove();
    }
    for (const person of waiting) if (!this.#rows.has(person.id)) list.append(this.#row(person));
    for (const [id, row] of this.#rows) {
      const minutes = Math.floor(waitedMs(id) / 60_000);
      part(row, 'waited', HTMLElement).textContent = t('waiting.waited', { minutes });
    }
    this.hidden = waiting.length === 0;
    part(this, 'admit-all', HTMLButtonElement).hidden = waiting.length < 2;
    part(this, 'waiting-count', HTMLElement).textContent = t('waiting.count', { count: waiting.length });
  }

  #row({ id, name }: WaitingPerson): HTMLLIElement {
    const template = document.getElementById('waiting-person');
    if (!(template instanceof HTMLTemplateElement))
      throw new Error('The page has no template "waiting-person".');
    const row = part(document.importNode(template.content, true), 'name', HTMLElement).closest('li');
    if (!row) throw new Error('The template "waiting-person" has no list item.');
    part(row, 'name', HTMLElement).textContent = name;
    for (const button of row.querySelectorAll<HTMLButtonElement>('[data-answer]')) {
      const answer = button.dataset.answer === 'admit' ? 'admit' : 'deny';
      button.textContent = t(`waiting.${answer}`);
      button.setAttribute('aria-label', t(`waiting.${answer}Person`, { name }));
      button.onclick = () => this.onAnswer([id], answer);
    }
    this.#rows.set(id, row);
    return row;
  }

  /** Who answers by the keyboard is led to the next one. */
  #giveFocusOn(row: HTMLLIElement): void {
    if (!row.contains(document.activeElement)) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    next?.querySelector<HTMLButtonElement>('[data-answer="admit"]')?.focus();
  }
}
