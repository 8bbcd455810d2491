import type { SharedScreen } from '../meeting/tile.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/** `<screen-tile role="listitem">`: a screen that somebody shows. */
export class ScreenTile extends HTMLElement {
  #track: MediaStreamTrack | null = null;

  disconnectedCallback(): void {
    // Only put elsewhere: the picture goes on.
    if (!this.isConnected) showTrack(part(this, 'video', HTMLVideoElement), null);
  }

  show({ name, track, starved }: SharedScreen): void {
    this.#track = track;
    showTrack(part(this, 'video', HTMLVideoElement), track);
    const caption = t('tile.screen', { name });
    part(this, 'name', HTMLElement).textContent = caption;
    const note = part(this, 'note', HTMLElement);
    note.textContent = starved ? t('tile.starved') : '';
    note.hidden = !starved;
    this.setAttribute('aria-label', [caption, note.textContent].filter(Boolean).join(', '));
    part(this, 'pin', HTMLButtonElement).setAttribute('aria-label', t('tile.pinScreen', { name }));
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
}
