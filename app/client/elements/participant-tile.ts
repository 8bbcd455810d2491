import { avatarToneOf, initialsOf } from '../meeting/avatar.ts';
import type { Tile } from '../meeting/tile.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/** `<participant-tile role="listitem">`: one person, with or without picture. */
export class ParticipantTile extends HTMLElement {
  connectedCallback(): void {
    this.#video.addEventListener('resize', this.#fit);
  }

  disconnectedCallback(): void {
    this.#video.removeEventListener('resize', this.#fit);
    showTrack(this.#video, null);
  }

  show(tile: Tile): void {
    const name = tile.isYou ? t('tile.you', { name: tile.name }) : tile.name;
    const picture = tile.camera !== null && !tile.starved;
    showTrack(this.#video, tile.camera);
    this.dataset.picture = picture ? 'on' : 'off';
    this.dataset.microphone = tile.microphoneOn ? 'on' : 'off';
    this.classList.toggle('is-speaking', tile.speaking);
    this.classList.toggle('is-away', !tile.connected);
    this.classList.toggle('is-you', tile.isYou);
    part(this, 'name', HTMLElement).textContent = name;
    const initials = part(this, 'initials', HTMLElement);
    initials.textContent = initialsOf(tile.name);
    initials.dataset.tone = String(avatarToneOf(tile.name));
    const note = noteOf(tile);
    const noteLine = part(this, 'note', HTMLElement);
    noteLine.textContent = note;
    noteLine.hidden = note === '';
    this.setAttribute('aria-label', [name, ...statesOf(tile), note].filter(Boolean).join(', '));
  }

  get #video(): HTMLVideoElement {
    return part(this, 'video', HTMLVideoElement);
  }

  /**
   * Cuts the picture to the tile, unless too much of it would be gone. An upright picture in a wide tile loses the face
   * sooner than a wide one in an upright tile, where the face stays in the middle.
   */
  readonly #fit = () => {
    const { videoWidth, videoHeight, clientWidth, clientHeight } = this.#video;
    if (!videoWidth || !videoHeight || !clientWidth || !clientHeight) return;
    const ratio = videoWidth / videoHeight / (clientWidth / clientHeight);
    this.dataset.fit = ratio < 0.5 || ratio > 2.5 ? 'whole' : 'cut';
  };

  /** The tile has another size now. */
  resized(): void {
    this.#fit();
  }
}

function noteOf({ connected, starved }: Tile): string {
  if (!connected) return t('tile.reconnecting');
  return starved ? t('tile.starved') : '';
}

function statesOf({ microphoneOn, camera }: Tile): string[] {
  return [microphoneOn ? '' : t('tile.microphoneOff'), camera ? '' : t('tile.cameraOff')];
}
