import type { StaffMessage, StaffView, VisitView } from '../../clinic/staff-view.ts';
import { type StaffAct, type Tongue, type VisitWords, visitWords } from '../../clinic/visit-words.ts';
import { ActFault, act } from '../clinic/acts.ts';
import { LiveSocket } from '../clinic/live-socket.ts';
import { QueueState } from '../clinic/queue-state.ts';
import { ExpectedList } from './expected-list.ts';
import { fromTemplate, part } from './parts.ts';
import { QueueAlarm } from './queue-alarm.ts';
import { type TextKey, t, timeOfDay } from './texts.ts';
import { VisitActs } from './visit-acts.ts';
import { fillVisitRow } from './visit-row.ts';

/** What the server wrote into the page. */
export interface QueuePageData {
  readonly view: StaffView;
  readonly siteName: string;
  /** A message for each language, with `{time}` to be filled in. */
  readonly quickWords: Readonly<Record<string, string>>;
}

/** How often the waiting times are looked at, in milliseconds: they are told in minutes. */
const LOOK_MS = 10_000;

const tongue: Tongue = {
  say: (key, values) => t(`queue.${key}` as TextKey, values),
  clock: timeOfDay,
  language: document.documentElement.lang,
};

/** Single keys, on the line that is chosen (WCAG 2.2, success criterion 2.1.4: they work only there). */
const keys: Readonly<Record<string, StaffAct>> = {
  c: 'take',
  j: 'enter',
  m: 'message',
  h: 'handOver',
  b: 'bringIn',
  q: 'putBack',
  e: 'end',
};

/** `<visit-queue>`: who waits in one's departments, live, and what is done about them. */
export class VisitQueue extends HTMLElement {
  readonly #rows = new Map<string, HTMLLIElement>();
  #state: QueueState | undefined;
  #areaId: string | null = null;
  #expected: ExpectedList | undefined;
  /** Who had the keyboard before the dialog. */
  #chosenId = '';

  connect({ view, siteName, quickWords }: QueuePageData): void {
    const state = new QueueState(view);
    this.#state = state;
    const asked = new URLSearchParams(location.search);
    this.#areaId = asked.get('area');
    this.querySelector('[data-part="chosen"]')?.remove();
    part(this, 'tools', HTMLElement).hidden = false;
    // What the server drew is drawn anew by one hand.
    for (const list of this.#lists()) list.replaceChildren();
    this.#expected = new ExpectedList(
      this.querySelector('[data-part="expected"]'),
      tongue,
      (form) => void this.#do(form.action, new FormData(form)),
    );
    this.#connectDialogs(state, quickWords);
    this.#connectRows();
    this.#connectAreas();
    new QueueAlarm(this, siteName, (sentence) => this.#say(sentence)).connect(state);
    state.on('changed', () => this.#show());
    state.look();
    const chosenId = asked.get('visit');
    if (chosenId !== null) this.#openActs(chosenId, null);
    setInterval(() => state.look(), LOOK_MS);
    const socket = new LiveSocket<StaffMessage>(`wss://${location.host}/clinic/live`, location.pathname);
    socket.on('message', (message) => state.take(message));
    socket.on('opened', () => this.#showLost(false));
    socket.on('lost', () => this.#showLost(true));
    socket.on('refused', () => location.reload());
    socket.open();
    addEventListener('offline', () => socket.lose());
    addEventListener('online', () => socket.renew());
    addEventListener('pagehide', () => socket.close());
    addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  }

  #lists(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[data-part="rows"]')];
  }

  #show(): void {
    const state = this.#state;
    if (!state) return;
    const shown = state.visits
      .filter(({ areaId }) => this.#areaId === null || areaId === this.#areaId)
      .map((visit) => ({ visit, words: visitWords(visit, state, state.now, tongue) }));
    const ids = new Set(shown.map(({ visit }) => visit.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      this.#giveFocusOn(row);
      row.remove();
      this.#rows.delete(id);
    }
    for (const section of this.querySelectorAll<HTMLElement>('[data-queue]'))
      this.#showPart(
        section,
        shown.filter(({ words }) => words.part === section.dataset.queue),
      );
    this.#expected?.show(state, this.#areaId);
    this.#showAreas(state);
  }

  #showPart(
    section: HTMLElement,
    shown: readonly { readonly visit: VisitView; readonly words: VisitWords }[],
  ): void {
    const list = part(section, 'rows', HTMLElement);
    for (const [index, { visit, words }] of shown.entries()) {
      const row = this.#rows.get(visit.id) ?? fromTemplate('visit-row', HTMLLIElement);
      this.#rows.set(visit.id, row);
      fillVisitRow(row, visit, words, this.#areaName(visit));
      // Only what stands elsewhere is moved: a press or the keyboard's place on a line must not be lost.
      const there = list.children[index];
      if (there !== row) {
        const hadFocus = row.contains(document.activeElement) ? document.activeElement : null;
        list.insertBefore(row, there ?? null);
        if (hadFocus instanceof HTMLElement) hadFocus.focus();
      }
    }
    part(section, 'count', HTMLElement).textContent = String(shown.length);
    const empty = section.querySelector<HTMLElement>('[data-part="empty"]');
    if (empty) empty.hidden = shown.length > 0;
    section.hidden = shown.length === 0 && !empty;
  }

  /** Nothing where there is one department alone. */
  #areaName({ areaId }: VisitView): string {
    const state = this.#state;
    return state && state.areas.length > 1 ? (state.area(areaId)?.name ?? '') : '';
  }

  #showAreas(state: QueueState): void {
    for (const link of this.querySelectorAll<HTMLAnchorElement>('[data-area]')) {
      const id = link.dataset.area || null;
      part(link, 'count', HTMLElement).textContent = String(state.waitingIn(id));
      if (id === this.#areaId) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    for (const door of this.querySelectorAll<HTMLElement>('[data-door]')) {
      const area = state.area(door.dataset.door ?? '');
      if (!area) continue;
      const isSuspended = area.suspendedAt !== null;
      const standing = part(door, 'standing', HTMLElement);
      standing.textContent = t(
        isSuspended
          ? 'queue.standing.suspended'
          : area.isOpen
            ? 'queue.standing.open'
            : 'queue.standing.closed',
      );
      standing.className = `badge-text is-${isSuspended ? 'warning' : area.isOpen ? 'good' : 'quiet'}`;
      for (const form of door.querySelectorAll<HTMLElement>('[data-when]'))
        form.hidden = (form.dataset.when === 'suspended') !== isSuspended;
    }
  }

  #connectAreas(): void {
    part(this, 'areas', HTMLElement).addEventListener('click', (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>('[data-area]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#areaId = link.dataset.area || null;
      history.replaceState(null, '', link.href);
      this.#show();
    });
    for (const form of this.querySelectorAll<HTMLFormElement>('[data-door] form'))
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.#do(form.action, new FormData(form)).then((done) => done && form.reset());
      });
  }

  #connectRows(): void {
    this.addEventListener('submit', (event) => {
      const form = event.target as HTMLFormElement;
      if (form.dataset.act !== 'take') return;
      event.preventDefault();
      void this.#take(idOf(form));
    });
    this.addEventListener('click', (event) => {
      const more = (event.target as Element).closest('[data-part="more"]');
      if (!more) return;
      event.preventDefault();
      this.#openActs(idOf(more), null);
    });
    this.addEventListener('keydown', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('.visit');
      if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.#move(row, event);
      else if (event.target === row && event.key === 'Enter') this.#openActs(idOf(row), null);
      else this.#press(row, event);
    });
  }

  #press(row: HTMLElement, event: KeyboardEvent): void {
    const wanted = keys[event.key.toLowerCase()];
    const state = this.#state;
    const visit = state?.visit(idOf(row));
    if (wanted === undefined || !state || !visit) return;
    const { may } = visitWords(visit, state, state.now, tongue);
    if (!may[wanted]) return;
    event.preventDefault();
    if (wanted === 'take') void this.#take(visit.id);
    else if (wanted === 'enter') openCall(visit.id);
    else this.#openActs(visit.id, wanted);
  }

  #move(row: HTMLElement, event: KeyboardEvent): void {
    const all = [...this.querySelectorAll<HTMLElement>('.visit')].filter(
      (each) => each.offsetParent !== null,
    );
    const next = all[all.indexOf(row) + (event.key === 'ArrowDown' ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** Of two at once one gets the patient; the other is told who was quicker. */
  async #take(id: string): Promise<void> {
    const state = this.#state;
    const visit = state?.visit(id);
    if (!state || !visit) return;
    const done = await this.#do(`/clinic/visits/${id}/take`);
    if (!done) return;
    const { name } = visitWords(visit, state, state.now, tongue);
    this.#say(openCall(id) ? t('queue.taken', { name }) : t('queue.popup'));
  }

  async #do(path: string, fields?: FormData): Promise<boolean> {
    try {
      await act(path, fields);
      this.#say(t('queue.done'));
      return true;
    } catch (fault) {
      this.#say((fault instanceof ActFault && fault.message) || t('queue.failed'), true);
      return false;
    }
  }

  #connectDialogs(state: QueueState, quickWords: Readonly<Record<string, string>>): void {
    const dialog = part(this, 'dialog', HTMLDialogElement);
    const acts = part(dialog, 'acts', VisitActs);
    acts.connect(state, quickWords);
    const fault = part(this, 'dialog-fault', HTMLElement);
    acts.onFault = (sentence) => {
      fault.textContent = sentence;
      fault.hidden = sentence === '';
    };
    acts.onDone = () => {
      dialog.close();
      this.#say(t('queue.done'));
    };
    dialog.addEventListener('close', () => this.#rows.get(this.#chosenId)?.focus());
    part(this, 'dialog-close', HTMLButtonElement).onclick = () => dialog.close();
    const help = part(this, 'keys-dialog', HTMLDialogElement);
    part(this, 'keys', HTMLButtonElement).onclick = () => help.showModal();
    part(this, 'keys-close', HTMLButtonElement).onclick = () => help.close();
  }

  #openActs(id: string, open: StaffAct | null): void {
    const state = this.#state;
    const visit = state?.visit(id);
    if (!state || !visit) return;
    const { name, may } = visitWords(visit, state, state.now, tongue);
    this.#chosenId = id;
    part(this, 'acts-heading', HTMLElement).textContent = name;
    part(this, 'dialog-fault', HTMLElement).hidden = true;
    const dialog = part(this, 'dialog', HTMLDialogElement);
    dialog.showModal();
    part(dialog, 'acts', VisitActs).open(visit, may, open);
  }

  /** Who goes through the lines by the keyboard is led to the next one. */
  #giveFocusOn(row: HTMLElement): void {
    if (!row.contains(document.activeElement)) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    if (next instanceof HTMLElement) next.focus();
  }

  #say(sentence: string, isFault = false): void {
    const said = part(this, 'said', HTMLElement);
    said.classList.toggle('is-fault', isFault);
    said.textContent = sentence;
  }

  #showLost(isLost: boolean): void {
    const lost = part(this, 'lost', HTMLElement);
    lost.hidden = !isLost;
    lost.textContent = isLost ? t('queue.lostFeed') : '';
  }
}

/** In a tab of its own, so that the queue stays in sight; false where the browser did not open one. */
function openCall(id: string): boolean {
  return window.open(`/clinic/visits/${id}/enter`, `call-${id}`) !== null;
}

const idOf = (element: Element) => element.closest<HTMLElement>('[data-visit]')?.dataset.visit ?? '';
