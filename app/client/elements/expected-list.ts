import { countExpected, type ExpectedWords, expectedWords } from '../../clinic/expected-words.ts';
import type { ExpectedView } from '../../clinic/staff-view.ts';
import type { Tongue } from '../../clinic/visit-words.ts';
import type { QueueState } from '../clinic/queue-state.ts';
import { fromTemplate, part } from './parts.ts';
import { t } from './texts.ts';

/** Today's appointments beside the queue, live. Rows are kept, so that the keyboard's place is. */
export class ExpectedList {
  readonly #section: HTMLElement | null;
  readonly #rows = new Map<string, HTMLLIElement>();
  readonly #tongue: Tongue;

  /** @param section null where somebody may read no appointments. */
  constructor(section: HTMLElement | null, tongue: Tongue, send: (form: HTMLFormElement) => void) {
    this.#section = section;
    this.#tongue = tongue;
    if (section === null) return;
    part(section, 'expected-rows', HTMLElement).replaceChildren();
    section.addEventListener('submit', (event) => {
      event.preventDefault();
      if (event.target instanceof HTMLFormElement) send(event.target);
    });
  }

  /** @param areaId null for all. */
  show(state: QueueState, areaId: string | null): void {
    const section = this.#section;
    if (section === null) return;
    const shown = state.expected.filter((each) => areaId === null || each.areaId === areaId);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    const list = part(section, 'expected-rows', HTMLElement);
    for (const [index, expected] of shown.entries()) {
      const row = this.#rows.get(expected.id) ?? fromTemplate('expected-row', HTMLLIElement);
      this.#rows.set(expected.id, row);
      const area = state.areas.length > 1 ? (state.area(expected.areaId)?.name ?? '') : '';
      fill(row, expected, expectedWords(expected, state.areas, state.now, this.#tongue), area);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    }
    part(section, 'count', HTMLElement).textContent = String(
      countExpected(state.expected, areaId, state.now),
    );
    section.hidden = shown.length === 0;
  }
}

function fill(row: HTMLLIElement, { id, version }: ExpectedView, words: ExpectedWords, area: string): void {
  row.dataset.expected = id;
  row.className = `expected is-${words.tone}`;
  for (const [name, text] of [
    ['time', words.time],
    ['name', words.name],
    ['area', area],
    ['clinician', words.clinician],
    ['state', words.state],
  ] as const) {
    const element = part(row, name, HTMLElement);
    if (element.textContent !== text) element.textContent = text;
  }
  part(row, 'state', HTMLElement).className = `badge-text is-${words.tone}`;
  part(row, 'name', HTMLAnchorElement).href = `/console/appointments/${id}`;
  for (const form of row.querySelectorAll<HTMLFormElement>('[data-expected-act]')) {
    const act = form.dataset.expectedAct as keyof ExpectedWords['may'];
    const button = form.querySelector('button');
    // Who pressed it goes on from the name of the same line.
    if (!words.may[act] && form.contains(document.activeElement)) part(row, 'name', HTMLElement).focus();
    form.hidden = !words.may[act];
    form.action = `/clinic/appointments/${id}/${act}`;
    const field = form.querySelector<HTMLInputElement>('[name="version"]');
    if (field) field.value = String(version);
    button?.setAttribute('aria-label', t('queue.act', { act: button.textContent ?? '', name: words.name }));
  }
}
