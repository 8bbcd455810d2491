import { createNanoEvents } from 'nanoevents';
import { type FloorSpace, floorLayout, type Place } from './floor-layout.ts';

/** One tile: a person by their participant's id, the screen they share, or this side itself. */
export type TileKey = `person ${string}` | `screen ${string}` | 'you';

/** `auto`: a grid, or a stage as soon as a screen is shared or somebody is pinned. `stage`: who speaks is large. */
export type LayoutName = 'auto' | 'grid' | 'stage';

export const layoutNames: readonly LayoutName[] = ['auto', 'grid', 'stage'];

/** Where one tile stands now. */
export interface PlacedTile extends Place {
  readonly key: TileKey;
  readonly isOnStage: boolean;
}

/** What is in sight, in the order in which it is read. */
export interface FloorPlan {
  readonly tiles: readonly PlacedTile[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly pager: Place | null;
}

interface FloorViewEvents {
  /** Something else is to be seen, or elsewhere. */
  changed: () => void;
  /** A choice that is worth remembering. */
  chosen: () => void;
}

/**
 * Who is seen where: which layout, who is pinned, which page. Knows no tracks and no elements.
 *
 * The order is that of arrival, this side last. It changes for one reason only: somebody beyond the first page speaks.
 */
export class FloorView {
  readonly #events = createNanoEvents<FloorViewEvents>();
  readonly #people: TileKey[] = [];
  /** The one that was shared last comes first. */
  readonly #screens: TileKey[] = [];
  /** When each spoke last, by a counter. */
  readonly #spoke = new Map<TileKey, number>();
  #turns = 0;
  #speaker: TileKey | null = null;
  #pinned: TileKey | null = null;
  #layout: LayoutName = 'auto';
  #hidesSelf = false;
  #page = 1;
  /** People on the first page when it was last laid out. */
  #capacity = Number.POSITIVE_INFINITY;

  on<Name extends keyof FloorViewEvents>(name: Name, listener: FloorViewEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get layout(): LayoutName {
    return this.#layout;
  }

  get hidesSelf(): boolean {
    return this.#hidesSelf;
  }

  get pinned(): TileKey | null {
    return this.#pinned;
  }

  /** What is large, or would be: the pinned one, a shared screen, who spoke last, whoever is there. */
  get main(): TileKey {
    return this.#pinned ?? this.#screens[0] ?? this.#speaker ?? this.#people[0] ?? 'you';
  }

  set layout(layout: LayoutName) {
    if (layout === this.#layout) return;
    this.#layout = layout;
    // Who asks for a grid does not want one to stand out any more.
    if (layout === 'grid') this.#pinned = null;
    this.#page = 1;
    this.#choose();
  }

  set hidesSelf(hides: boolean) {
    if (hides === this.#hidesSelf) return;
    this.#hidesSelf = hides;
    this.#choose();
  }

  add(key: TileKey): void {
    const list = this.#listOf(key);
    if (list.includes(key)) return;
    if (list === this.#screens) list.unshift(key);
    else list.push(key);
    this.#change();
  }

  remove(key: TileKey): void {
    const list = this.#listOf(key);
    const index = list.indexOf(key);
    if (index < 0) return;
    list.splice(index, 1);
    this.#spoke.delete(key);
    if (this.#pinned === key) this.#pinned = null;
    if (this.#speaker === key) this.#speaker = null;
    this.#change();
  }

  /** Everybody is gone: the meeting is over. What was chosen stays. */
  clear(): void {
    this.#people.length = 0;
    this.#screens.length = 0;
    this.#spoke.clear();
    this.#speaker = null;
    this.#pinned = null;
    this.#page = 1;
  }

  /** This one is heard now. */
  speaks(key: TileKey): void {
    this.#spoke.set(key, ++this.#turns);
    if (key === this.#speaker) return;
    this.#speaker = key;
    const position = this.#people.indexOf(key);
    if (position >= this.#capacity) this.#bringForward(position);
    this.#change();
  }

  /** Makes this one large until it is unpinned; the same one again unpins it. */
  togglePin(key: TileKey): void {
    this.#pinned = this.#pinned === key ? null : key;
    this.#page = 1;
    this.#change();
  }

  /** Turns pages: 1 forward, -1 back. */
  turnPage(by: number): void {
    this.#page = Math.max(1, this.#page + by);
    this.#change();
  }

  /** Lays out what there is. A page that is no more becomes the last one. */
  plan(space: FloorSpace): FloorPlan {
    const onStage = this.#onStage();
    const others = [...this.#screens, ...this.#people].filter((key) => key !== onStage);
    const showsSelf = onStage !== 'you' && (!this.#hidesSelf || (others.length === 0 && onStage === null));
    const count = others.length + (showsSelf ? 1 : 0);
    const kind = onStage === null ? 'none' : onStage.startsWith('screen ') ? 'screen' : 'person';
    const { stage, places, pager } = floorLayout(space, count, kind);
    // Oneself is on every page, so that one always sees what the others see.
    const room = Math.max(1, places.length - (showsSelf && places.length > 1 ? 1 : 0));
    const pages = pager === null ? 1 : Math.max(1, Math.ceil(others.length / room));
    this.#page = Math.min(this.#page, pages);
    const ahead = others.length - this.#people.filter((key) => key !== onStage).length;
    this.#capacity = pager === null ? Number.POSITIVE_INFINITY : Math.max(1, room - ahead);
    const seen = others.slice((this.#page - 1) * room, this.#page * room);
    if (showsSelf && (places.length > 1 || seen.length === 0)) seen.push('you');
    const tiles: PlacedTile[] = [];
    if (stage && onStage) tiles.push({ ...stage, key: onStage, isOnStage: true });
    for (const [index, key] of seen.entries()) {
      const place = places[index];
      if (place) tiles.push({ ...place, key, isOnStage: false });
    }
    return { tiles, page: this.#page, pages, pager };
  }

  #onStage(): TileKey | null {
    if (this.#pinned) return this.#pinned;
    if (this.#layout === 'grid') return null;
    if (this.#screens[0]) return this.#screens[0];
    return this.#layout === 'stage' && this.#people.length > 0 ? this.main : null;
  }

  /** Who speaks comes to the first page, in the place of whoever has been silent there for longest. */
  #bringForward(position: number): void {
    let quietest = 0;
    for (let index = 1; index < this.#capacity; index++) {
      if (this.#spokeAt(index) < this.#spokeAt(quietest)) quietest = index;
    }
    const [speaker, quiet] = [this.#people[position], this.#people[quietest]];
    if (speaker === undefined || quiet === undefined) return;
    this.#people[quietest] = speaker;
    this.#people[position] = quiet;
  }

  #spokeAt(index: number): number {
    return this.#spoke.get(this.#people[index] ?? 'you') ?? 0;
  }

  #listOf(key: TileKey): TileKey[] {
    return key.startsWith('screen ') ? this.#screens : this.#people;
  }

  #choose(): void {
    this.#events.emit('chosen');
    this.#change();
  }

  #change(): void {
    this.#events.emit('changed');
  }
}
