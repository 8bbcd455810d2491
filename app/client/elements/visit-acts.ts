import type { Colleague, VisitView } from '../../clinic/staff-view.ts';
import type { StaffAct } from '../../clinic/visit-words.ts';
import { ActFault, act } from '../clinic/acts.ts';
import type { QueueState } from '../clinic/queue-state.ts';
import { part } from './parts.ts';
import { t, timeOfDay } from './texts.ts';

/** Times that a message can promise by one press, in minutes from now. */
const PROMISES = [5, 10, 20, 30] as const;
const MINUTE_MS = 60_000;

/** `<visit-acts>`: the forms of what can be done about one visit, filled in for whichever is chosen. */
export class VisitActs extends HTMLElement {
  #state: QueueState | undefined;
  #quickWords: Readonly<Record<string, string>> = {};
  #visit: VisitView | undefined;

  /** Called when something was done; the dialog has no more to say. */
  onDone: () => void = () => {};
  /** Called with why something was not done. */
  onFault: (sentence: string) => void = () => {};

  connect(state: QueueState, quickWords: Readonly<Record<string, string>>): void {
    this.#state = state;
    this.#quickWords = quickWords;
    this.addEventListener('submit', (event) => {
      if (event.target instanceof HTMLFormElement) void this.#send(event, event.target);
    });
    part(this, 'areas', HTMLSelectElement).onchange = () => this.#showColleagues();
    part(this, 'copy-link', HTMLButtonElement).onclick = () => void this.#copyLink();
  }

  /** Shows what may be done about a visit; `open` is unfolded. */
  open(visit: VisitView, may: Readonly<Record<StaffAct, boolean>>, open: StaffAct | null): void {
    this.#visit = visit;
    for (const form of this.querySelectorAll('form')) {
      form.reset();
      form.action = `/clinic/visits/${visit.id}/${lastOf(form.action)}`;
    }
    const folds = [...this.querySelectorAll('details')];
    for (const fold of folds) {
      const name = fold.dataset.act as StaffAct;
      fold.hidden = !may[name];
      fold.open = name === open;
    }
    this.#fill(visit);
    part(this, 'guest-link-box', HTMLElement).hidden = true;
    const target = folds.find(({ hidden, open }) => !hidden && open) ?? folds.find(({ hidden }) => !hidden);
    const field = 'textarea, form:not([hidden]) select';
    const first =
      open === null
        ? null
        : (target?.querySelector<HTMLElement>(field) ?? target?.querySelector<HTMLElement>('button'));
    (first ?? target?.querySelector('summary'))?.focus();
  }

  #fill(visit: VisitView): void {
    const state = this.#state;
    if (!state) return;
    const area = state.area(visit.areaId);
    const others = state.targets.filter(({ id }) => id !== visit.areaId);
    const areas = part(this, 'areas', HTMLSelectElement);
    areas.replaceChildren(areas.options[0] ?? '', ...others.map(({ id, name }) => new Option(name, id)));
    this.#showColleagues();
    const team = (area?.colleagues ?? []).filter(({ id }) => id !== state.me.id);
    this.#choose('interpreters', 'interpreter', area?.interpreters ?? []);
    this.#choose('others', 'colleague', team);
    this.#showPromises(visit, state.now);
  }

  #choose(name: string, who: string, people: readonly Colleague[]): void {
    part(this, name, HTMLSelectElement).replaceChildren(
      ...people.map((each) => new Option(each.name, each.id)),
    );
    const form = this.querySelector<HTMLFormElement>(`form[data-who="${who}"]`);
    if (form) form.hidden = people.length === 0;
  }

  /** Those of the department that is chosen. */
  #showColleagues(): void {
    const state = this.#state;
    const chosen = part(this, 'areas', HTMLSelectElement).value || (this.#visit?.areaId ?? '');
    const area = state?.targets.find(({ id }) => id === chosen);
    const list = part(this, 'colleagues', HTMLSelectElement);
    const people = (area?.colleagues ?? []).filter(({ id }) => id !== state?.me.id);
    list.replaceChildren(list.options[0] ?? '', ...people.map(({ id, name }) => new Option(name, id)));
    list.selectedIndex = 0;
    // To stay in the department and be meant for nobody would be no change.
    list.required = part(this, 'areas', HTMLSelectElement).value === '';
  }

  /** In the patient's language, which may not be the reader's. */
  #showPromises({ language }: VisitView, now: number): void {
    const text = part(this.#fold('message'), 'text', HTMLTextAreaElement);
    const buttons = PROMISES.map((minutes) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'button is-plain is-small';
      button.textContent = t('queue.soonIn', { minutes });
      button.onclick = () => {
        const time = timeOfDay(now + minutes * MINUTE_MS);
        text.value = (this.#quickWords[language] ?? '').replace('{time}', time);
        text.focus();
      };
      return button;
    });
    part(this, 'quick-words', HTMLElement).replaceChildren(...buttons);
  }

  #fold(name: StaffAct): HTMLElement {
    const fold = this.querySelector<HTMLElement>(`details[data-act="${name}"]`);
    if (!fold) throw new Error(`The page has no form for ${name}.`);
    return fold;
  }

  async #send(event: Event, form: HTMLFormElement): Promise<void> {
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
    if (button?.getAttribute('aria-disabled') === 'true') return;
    button?.setAttribute('aria-disabled', 'true');
    this.onFault('');
    try {
      const { link } = await act(form.action, new FormData(form));
      if (link) this.#showLink(link);
      else this.onDone();
    } catch (fault) {
      this.onFault((fault instanceof ActFault && fault.message) || t('queue.failed'));
    } finally {
      button?.removeAttribute('aria-disabled');
    }
  }

  #showLink(link: string): void {
    part(this, 'guest-link-box', HTMLElement).hidden = false;
    const field = part(this, 'guest-link', HTMLInputElement);
    field.value = link;
    field.focus();
    field.select();
  }

  async #copyLink(): Promise<void> {
    const field = part(this, 'guest-link', HTMLInputElement);
    try {
      await navigator.clipboard.writeText(field.value);
      part(this, 'copy-link', HTMLElement).textContent = t('queue.copied');
    } catch {
      // Not allowed: it is selected, to be copied by hand.
      field.focus();
      field.select();
    }
  }
}

const lastOf = (action: string) => action.slice(action.lastIndexOf('/') + 1);
