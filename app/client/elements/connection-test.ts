import { ConnectionTest } from '../meeting/connection/connection-test.ts';
import { wayTaken } from '../meeting/connection/verdict.ts';
import { type Way, ways } from '../meeting/connection/ways.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

/** `<connection-test>`: which ways a call can take from here, what that means, and a text for those who run the network. */
export class ConnectionTestPanel extends HTMLElement {
  readonly #test = new ConnectionTest(location.host);
  /** When the last run began. */
  #startedAt = new Date(0);

  /** Makes the buttons work. */
  connect(): void {
    this.#test.on('changed', () => this.#show());
    part(this, 'start', HTMLButtonElement).onclick = () => this.run();
    part(this, 'copy', HTMLButtonElement).onclick = () => void this.#copy();
    this.#show();
  }

  /** Tries everything, from the beginning. */
  run(): void {
    if (this.#test.isRunning) return;
    this.#startedAt = new Date();
    part(this, 'copied', HTMLElement).textContent = '';
    void this.#test.run();
  }

  #show(): void {
    const { outcomes, verdict, isRunning } = this.#test;
    for (const way of ways) {
      const row = this.querySelector<HTMLElement>(`[data-way="${way}"]`);
      if (!row) continue;
      row.dataset.outcome = outcomes[way];
      part(row, 'name', HTMLElement).textContent = t('connection.named', {
        way: t(`connection.ways.${way}`),
      });
      part(row, 'outcome', HTMLElement).textContent = t(`connection.outcomes.${outcomes[way]}`);
    }
    const start = part(this, 'start', HTMLButtonElement);
    // Not `disabled`: that would take the keyboard's place on the page away.
    start.setAttribute('aria-disabled', String(isRunning));
    start.classList.toggle('is-busy', isRunning);
    const known = part(this, 'verdict', HTMLElement);
    const sentence = isRunning
      ? t('connection.running')
      : verdict === null
        ? ''
        : t(`connection.verdicts.${verdict}`);
    // Written again, it would be read out again.
    if (known.textContent !== sentence) known.textContent = sentence;
    known.hidden = sentence === '';
    known.dataset.verdict = isRunning ? '' : (verdict ?? '');
    const isOver = !isRunning && verdict !== null;
    part(this, 'report', HTMLElement).hidden = !isOver;
    part(this, 'report-text', HTMLTextAreaElement).value = isOver ? this.#report() : '';
  }

  #report(): string {
    const { outcomes, verdict } = this.#test;
    const taken = wayTaken(outcomes);
    const lineOf = (way: Way) => {
      const destinations = this.#test.destinations(way).join(', ');
      const outcome = t(`connection.outcomes.${outcomes[way]}`);
      const line = t('connection.report.line', { way: t(`connection.ways.${way}`), outcome });
      return `- ${line}${destinations === '' ? '' : ` → ${destinations}`}`;
    };
    return [
      t('connection.report.title', { host: location.host }),
      t('connection.report.when', { when: this.#startedAt.toISOString() }),
      t('connection.report.browser', { browser: navigator.userAgent }),
      '',
      t(`connection.verdicts.${verdict ?? 'unknown'}`),
      ...(taken === null ? [] : [t('connection.report.taken', { way: t(`connection.ways.${taken}`) })]),
      '',
      ...ways.map(lineOf),
      '',
      t('connection.report.wish'),
    ].join('\n');
  }

  async #copy(): Promise<void> {
    const text = part(this, 'report-text', HTMLTextAreaElement);
    try {
      await navigator.clipboard.writeText(text.value);
      part(this, 'copied', HTMLElement).textContent = t('connection.report.copied');
    } catch {
      // Not allowed: it is selected, to be copied by hand.
      text.focus();
      text.select();
    }
  }
}
