import type { SharedScreen } from '../meeting/tile.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/** `<screen-tile role="listitem">`: a screen that somebody shows. */
export class ScreenTile extends HTMLElement {
  #track: MediaStreamTrack | null = null;
  #caption = '';
  #isStarved = false;
  #isWithoutPicture = false;

  disconnectedCallback(): void {
    // Only put elsewhere: the picture goes on.
    if (!this.isConnected) showTrack(part(this, 'video', HTMLVideoElement), null);
  }

  show({ name, track, starved }: SharedScreen): void {
    this.#track = track;
    showTrack(part(this, 'video', HTMLVideoElement), track);
    this.#caption = t('tile.screen', { name });
    this.#isStarved = starved;
    part(this, 'name', HTMLElement).textContent = this.#caption;
    part(this, 'pin', HTMLButtonElement).setAttribute('aria-label', t('tile.pinScreen', { name }));
    this.#showNote();
  }

  /** Whether the person receives sound only, so that the screen is not shown. */
  set withoutPicture(without: boolean) {
    this.#isWithoutPicture = without;
    this.#showNote();
  }

  /** What is seen in it. */
  get shownTrack(): MediaStreamTrack | null {
    return this.#track;
  }

  /** Whether the person made it the large one. */
  set pinned(pinned: boolean) {
    this.classList.toggle('is-pinned', pinned);
    part(this, 'pin', HTMLButtonElement).setAttribute('aria-pressed', String(pinned));
  }

  /** The tile has another size now; a screen is always seen whole. */
  resized(): void {}

  /** Why there is no picture, or an old one. */
  #showNote(): void {
    const sentence = this.#isWithoutPicture ? t('tile.soundOnly') : this.#isStarved ? t('tile.starved') : '';
    const note = part(this, 'note', HTMLElement);
    if (note.textContent !== sentence) note.textContent = sentence;
    note.hidden = sentence === '';
    this.setAttribute('aria-label', [this.#caption, sentence].filter(Boolean).join(', '));
  }
}
