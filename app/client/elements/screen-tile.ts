import type { SharedScreen } from '../meeting/tile.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/** `<screen-tile role="listitem">`: a screen that somebody shows. */
export class ScreenTile extends HTMLElement {
  disconnectedCallback(): void {
    showTrack(part(this, 'video', HTMLVideoElement), null);
  }

  show({ name, track, starved }: SharedScreen): void {
    showTrack(part(this, 'video', HTMLVideoElement), track);
    const caption = t('tile.screen', { name });
    part(this, 'name', HTMLElement).textContent = caption;
    const note = part(this, 'note', HTMLElement);
    note.textContent = starved ? t('tile.starved') : '';
    note.hidden = !starved;
    this.setAttribute('aria-label', [caption, note.textContent].filter(Boolean).join(', '));
  }
}
