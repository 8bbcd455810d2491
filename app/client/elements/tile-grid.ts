import { gridLayout } from '../meeting/grid-layout.ts';
import { ParticipantTile } from './participant-tile.ts';

/** Between two tiles, in CSS pixels; the style sheet is told of it. */
const GAP = 8;

/** Tiles of less height get smaller names, so that these do not cover the face. In CSS pixels. */
const SMALL_TILE = 120;

/** `<tile-grid role="list">`: its children in rows and columns, as large as its own space allows. */
export class TileGrid extends HTMLElement {
  readonly #sizes = new ResizeObserver(() => this.#arrange());
  readonly #children = new MutationObserver(() => this.#arrange());

  connectedCallback(): void {
    this.#sizes.observe(this);
    this.#children.observe(this, { childList: true });
  }

  disconnectedCallback(): void {
    this.#sizes.disconnect();
    this.#children.disconnect();
  }

  #arrange(): void {
    const tiles = [...this.children];
    const { width, height } = this.getBoundingClientRect();
    if (tiles.length === 0 || width === 0 || height === 0) return;
    const layout = gridLayout({ count: tiles.length, width, height, gap: GAP });
    this.style.setProperty('--gap', `${GAP}px`);
    this.style.setProperty('--row-width', `${layout.columns * (layout.tileWidth + GAP) - GAP}px`);
    this.style.setProperty('--tile-width', `${layout.tileWidth}px`);
    this.style.setProperty('--tile-height', `${layout.tileHeight}px`);
    this.classList.toggle('is-small', layout.tileHeight < SMALL_TILE);
    this.classList.toggle('is-scrolling', layout.scrolls);
    // A keyboard can scroll only what it can reach.
    if (layout.scrolls) this.tabIndex = 0;
    else this.removeAttribute('tabindex');
    for (const tile of tiles) if (tile instanceof ParticipantTile) tile.resized();
  }
}
