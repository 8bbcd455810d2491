import { avatarToneOf, initialsOf } from '../meeting/avatar.ts';
import type { Tile } from '../meeting/tile.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/** `<participant-tile role="listitem">`: one person, with or without picture. */
export class ParticipantTile extends HTMLElement {
  #track: MediaStreamTrack | null = null;
  #name = '';
  #words: readonly string[] = [];
  #hand: number | null = null;

  connectedCallback(): void {
    this.#video.addEventListener('resize', this.#fit);
  }

  disconnectedCallback(): void {
    // Only put elsewhere: the picture goes on.
    if (this.isConnected) return;
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
    this.#name = tile.name;
    this.#words = [name, ...statesOf(tile), note].filter(Boolean);
    this.#label();
    const pin = part(this, 'pin', HTMLButtonElement);
    pin.hidden = tile.isYou;
    pin.setAttribute('aria-label', t('tile.pin', { name: tile.name }));
    this.#track = picture ? tile.camera : null;
  }

  /** What is seen in it; null: initials. */
  get shownTrack(): MediaStreamTrack | null {
    return this.#track;
  }

  /** The place in the row of raised hands; null: the hand is down. */
  showHand(place: number | null): void {
    part(this, 'hand', HTMLElement).hidden = place === null;
    part(this, 'hand-place', HTMLElement).textContent = place === null ? '' : String(place);
    this.classList.toggle('has-hand', place !== null);
    this.#hand = place;
    this.#label();
  }

  /** How well they are received, 0 to 4; undefined: not known. */
  showQuality(bars: number | undefined): void {
    const button = part(this, 'quality', HTMLButtonElement);
    button.hidden = bars === undefined;
    button.classList.toggle('is-weak', bars !== undefined && bars < 3);
    part(this, 'bars', HTMLElement).dataset.bars = String(bars ?? 0);
    if (bars !== undefined) button.setAttribute('aria-label', t('tile.quality', { name: this.#name, bars }));
  }

  /** Whether the person made it the large one. */
  set pinned(pinned: boolean) {
    this.classList.toggle('is-pinned', pinned);
    part(this, 'pin', HTMLButtonElement).setAttribute('aria-pressed', String(pinned));
  }

  #label(): void {
    const hand = this.#hand === null ? [] : [t('people.hand', { place: this.#hand })];
    this.setAttribute('aria-label', [...this.#words, ...hand].join(', '));
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
