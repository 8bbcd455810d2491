import type { VisitView } from '../../clinic/staff-view.ts';
import type { VisitWords } from '../../clinic/visit-words.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

/** Writes what is said of a visit into its line. `areaName` is empty where there is one department alone. */
export function fillVisitRow(
  row: HTMLLIElement,
  visit: VisitView,
  words: VisitWords,
  areaName: string,
): void {
  const { take, enter, ...more } = words.may;
  row.dataset.visit = visit.id;
  row.dataset.state = visit.state;
  row.classList.toggle('is-late', words.isLate);
  row.classList.toggle('is-away', words.away !== null);
  row.setAttribute('aria-label', words.name);
  for (const [name, text] of [
    ['name', words.name],
    ['area', areaName],
    ['state', words.state],
    ['waited', words.waited ?? ''],
    ['away', words.away ?? ''],
  ] as const)
    write(part(row, name, HTMLElement), text);
  part(row, 'late', HTMLElement).hidden = !words.isLate;
  part(row, 'away-box', HTMLElement).hidden = words.away === null;
  lines(part(row, 'facts', HTMLElement), words.facts, 'span', '');
  lines(part(row, 'notes', HTMLElement), words.notes, 'p', 'visit-note');
  const call = part(row, 'take', HTMLButtonElement);
  call.setAttribute('aria-label', t('queue.act', { act: call.textContent ?? '', name: words.name }));
  const form = call.form;
  if (form) {
    form.action = `/clinic/visits/${visit.id}/take`;
    form.hidden = !take;
  }
  const way = part(row, 'enter', HTMLAnchorElement);
  way.href = `/clinic/visits/${visit.id}/enter`;
  way.target = `call-${visit.id}`;
  way.hidden = !enter;
  way.setAttribute('aria-label', t('queue.act', { act: way.textContent ?? '', name: words.name }));
  const rest = part(row, 'more', HTMLAnchorElement);
  rest.href = `/clinic?visit=${visit.id}`;
  rest.hidden = !Object.values(more).some(Boolean);
  rest.setAttribute('aria-label', t('queue.act', { act: rest.textContent ?? '', name: words.name }));
}

function lines(list: HTMLElement, texts: readonly string[], tag: 'span' | 'p', className: string): void {
  if ([...list.children].map(({ textContent }) => textContent).join('\n') === texts.join('\n')) return;
  list.replaceChildren(
    ...texts.map((text) => {
      const line = document.createElement(tag);
      line.className = className;
      line.textContent = text;
      return line;
    }),
  );
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
