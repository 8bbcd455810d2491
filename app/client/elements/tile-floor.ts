import type { FloorPlan, FloorView, TileKey } from '../meeting/floor-view.ts';
import type { RemoteParticipant } from '../meeting/meeting-events.ts';
import { sharedScreenOf, type Tile, tileOf } from '../meeting/tile.ts';
import { ParticipantTile } from './participant-tile.ts';
import { fromTemplate, part } from './parts.ts';
import { ScreenTile } from './screen-tile.ts';
import { t } from './texts.ts';

/** Between two tiles, in CSS pixels. */
const GAP = 8;

/** Tiles of less height get smaller names, so that these do not cover the face. In CSS pixels. */
const SMALL_TILE = 120;

/** A finger that moved this far sideways turns the page, in CSS pixels. */
const SWIPE = 60;

/** A tile in sight and how large it is, in CSS pixels. */
export interface SeenTile {
  readonly key: TileKey;
  readonly width: number;
  readonly height: number;
  readonly isOnStage: boolean;
}

/** `<tile-floor>`: everybody who is seen, where a {@link FloorView} wants them, with buttons that turn pages. */
export class TileFloor extends HTMLElement {
  readonly #tiles = new Map<TileKey, ParticipantTile | ScreenTile>();
  readonly #sizes = new ResizeObserver(() => this.#arrange());
  #view: FloorView | undefined;
  #own: Tile | undefined;
  #swipeFrom: number | null = null;
  #isWithoutPictures = false;

  /** Called when others came into sight, left it or have another size now. */
  onSeen: (tiles: readonly SeenTile[]) => void = () => {};

  /** Called when the person asks how somebody's connection is. */
  onQuality: (participantId: string) => void = () => {};

  connectedCallback(): void {
    this.#sizes.observe(this);
  }

  disconnectedCallback(): void {
    this.#sizes.disconnect();
  }

  connect(view: FloorView): void {
    this.#view = view;
    view.on('changed', () => this.#arrange());
    part(this, 'previous-page', HTMLButtonElement).onclick = () => view.turnPage(-1);
    part(this, 'next-page', HTMLButtonElement).onclick = () => view.turnPage(1);
    this.addEventListener('click', this.#pressed);
    this.addEventListener('keydown', this.#moveFocus);
    this.addEventListener('pointerdown', ({ pointerType, clientX }) => {
      this.#swipeFrom = pointerType === 'touch' ? clientX : null;
    });
    this.addEventListener('pointerup', ({ clientX }) => this.#swiped(clientX));
    this.addEventListener('pointercancel', () => {
      this.#swipeFrom = null;
    });
  }

  /**
   * Shows another participant as they are now, with the screen that they share.
   *
   * @returns whether that began or ended just now.
   */
  show(participant: RemoteParticipant): 'screenStarted' | 'screenStopped' | null {
    const key: TileKey = `person ${participant.id}`;
    this.#participant(key).show(tileOf(participant));
    const shared = sharedScreenOf(participant);
    const screenKey: TileKey = `screen ${participant.id}`;
    const wasShared = this.#tiles.has(screenKey);
    if (shared) this.#screen(screenKey).show(shared);
    else this.#forget(screenKey);
    if (participant.speaking) this.#view?.speaks(key);
    if (wasShared === (shared !== undefined)) return null;
    return shared ? 'screenStarted' : 'screenStopped';
  }

  showSelf(tile: Tile): void {
    this.#own = tile;
    this.#participant('you').show(tile);
  }

  dismiss(participantId: string): void {
    this.#forget(`screen ${participantId}`);
    this.#forget(`person ${participantId}`);
  }

  /** The tile of a participant; undefined for one who is not there. */
  tileOf(participantId: string | 'you'): ParticipantTile | undefined {
    const tile = this.#tiles.get(participantId === 'you' ? 'you' : `person ${participantId}`);
    return tile instanceof ParticipantTile ? tile : undefined;
  }

  /** What is played in the tile that stands for the whole: of whoever is large, or would be. */
  get mainTrack(): MediaStreamTrack | null {
    const main = this.#view && this.#tiles.get(this.#view.main);
    return main?.shownTrack ?? this.#own?.camera ?? null;
  }

  /** How well each is received: 0 to 4 by participant; whoever is not in it is not known. */
  set bars(bars: ReadonlyMap<string, number>) {
    for (const [key, tile] of this.#tiles)
      if (tile instanceof ParticipantTile && key !== 'you')
        tile.showQuality(bars.get(key.split(' ')[1] ?? ''));
  }

  /** Whether others are shown by their initials only: no pictures are received. */
  set withoutPictures(without: boolean) {
    this.classList.toggle('is-without-pictures', without);
    this.#isWithoutPictures = without;
    for (const tile of this.#tiles.values()) if (tile instanceof ScreenTile) tile.withoutPicture = without;
  }

  clear(): void {
    this.#view?.clear();
    this.#own = undefined;
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
  }

  #participant(key: TileKey): ParticipantTile {
    const known = this.#tiles.get(key);
    if (known instanceof ParticipantTile) return known;
    const tile = fromTemplate('participant-tile', ParticipantTile);
    this.#take(key, tile);
    return tile;
  }

  #screen(key: TileKey): ScreenTile {
    const known = this.#tiles.get(key);
    if (known instanceof ScreenTile) return known;
    const tile = fromTemplate('screen-tile', ScreenTile);
    tile.withoutPicture = this.#isWithoutPictures;
    this.#take(key, tile);
    return tile;
  }

  #take(key: TileKey, tile: ParticipantTile | ScreenTile): void {
    tile.dataset.key = key;
    this.#tiles.set(key, tile);
    this.#list.append(tile);
    if (key === 'you') this.#arrange();
    else this.#view?.add(key);
  }

  #forget(key: TileKey): void {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    const hadFocus = tile.contains(document.activeElement);
    tile.remove();
    this.#tiles.delete(key);
    this.#view?.remove(key);
    if (hadFocus) this.#pins()[0]?.focus();
  }

  get #list(): HTMLElement {
    return part(this, 'tiles', HTMLElement);
  }

  #arrange(): void {
    const view = this.#view;
    const { width, height } = this.getBoundingClientRect();
    if (!view || width === 0 || height === 0 || this.#tiles.size === 0) return;
    const plan = view.plan({ width, height, gap: GAP });
    const seen: SeenTile[] = [];
    let before: Element | null = null;
    for (const { key, isOnStage, ...place } of plan.tiles) {
      const tile = this.#tiles.get(key);
      if (!tile) continue;
      setPlace(tile, place);
      tile.hidden = false;
      tile.classList.toggle('is-on-stage', isOnStage);
      tile.classList.toggle('is-small', place.height < SMALL_TILE);
      tile.pinned = view.pinned === key;
      tile.resized();
      // In the order in which it is read. A tile that stands right is left alone: its video would start anew.
      const next: Element | null = before ? before.nextElementSibling : this.#list.firstElementChild;
      if (next !== tile) this.#list.insertBefore(tile, next);
      before = tile;
      seen.push({ key, width: place.width, height: place.height, isOnStage });
    }
    const shown = new Set<string>(seen.map(({ key }) => key));
    for (const [key, tile] of this.#tiles) if (!shown.has(key)) tile.hidden = true;
    this.#showPager(plan);
    this.#keepOneTabStop();
    this.onSeen(seen);
  }

  #showPager({ page, pages, pager }: FloorPlan): void {
    const bar = part(this, 'pager', HTMLElement);
    bar.hidden = pager === null || pages < 2;
    if (pager) setPlace(bar, pager);
    const text = part(this, 'page', HTMLElement);
    const said = t('floor.page', { page, pages });
    if (text.textContent !== said) text.textContent = said;
    for (const [name, isEnd] of [
      ['previous-page', page === 1],
      ['next-page', page === pages],
    ] as const)
      part(this, name, HTMLButtonElement).setAttribute('aria-disabled', String(isEnd));
  }

  readonly #pressed = (event: Event) => {
    if (!(event.target instanceof Element)) return;
    const key = event.target.closest<HTMLElement>('[data-key]')?.dataset.key as TileKey | undefined;
    if (!key) return;
    if (event.target.closest('[data-part="quality"]')) this.onQuality(key.split(' ')[1] ?? '');
    else if (event.target.closest('[data-part="pin"]')) this.#view?.togglePin(key);
  };

  #swiped(to: number): void {
    const from = this.#swipeFrom;
    this.#swipeFrom = null;
    if (from === null || Math.abs(to - from) < SWIPE) return;
    const forward = to < from === (getComputedStyle(this).direction === 'ltr');
    this.#view?.turnPage(forward ? 1 : -1);
  }

  #pins(): HTMLButtonElement[] {
    return [...this.#list.querySelectorAll<HTMLButtonElement>('[data-part="pin"]')].filter(
      (pin) => !pin.hidden && !pin.closest('[hidden]'),
    );
  }

  /** All tiles are one stop of the tabulator key; arrows lead from one to the next. */
  #keepOneTabStop(): void {
    const pins = this.#pins();
    const current = pins.find((pin) => pin === document.activeElement) ?? pins[0];
    for (const pin of pins) pin.tabIndex = pin === current ? 0 : -1;
  }

  readonly #moveFocus = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const pins = this.#pins();
    const index = pins.findIndex((pin) => pin.matches(':focus'));
    if (step === undefined || index < 0) return;
    event.preventDefault();
    pins[(index + step + pins.length) % pins.length]?.focus();
    this.#keepOneTabStop();
  };
}

function setPlace(
  element: HTMLElement,
  place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): void {
  for (const [name, value] of Object.entries(place)) element.style.setProperty(`--${name}`, `${value}px`);
}
