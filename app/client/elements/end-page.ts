import { type EndReason, SignallingError } from '../meeting/signalling.ts';
import { faultSentence } from './fault-sentence.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

/** `left`: by the person's own wish. */
export type Ending = EndReason | SignallingError | 'left';

/** `<end-page>`: why the meeting is over, and the way back. */
export class EndPage extends HTMLElement {
  /** Called when the person wants to come back. */
  onRejoin: () => void = () => {};

  connect(): void {
    part(this, 'rejoin', HTMLButtonElement).onclick = () => this.onRejoin();
    part(this, 'reload', HTMLButtonElement).onclick = () => location.reload();
  }

  open(ending: Ending): void {
    this.hidden = false;
    const kind = ending instanceof SignallingError ? 'closed' : ending;
    const heading = part(this, 'heading', HTMLElement);
    heading.textContent = t(`end.${kind}.heading`);
    part(this, 'reason', HTMLElement).textContent =
      ending instanceof SignallingError ? faultSentence(ending) : t(`end.${kind}.reason`);
    part(this, 'rejoin', HTMLElement).hidden = kind === 'outdated' || kind === 'denied' || kind === 'removed';
    part(this, 'reload', HTMLElement).hidden = kind !== 'outdated';
    heading.focus();
  }

  close(): void {
    this.hidden = true;
  }
}
