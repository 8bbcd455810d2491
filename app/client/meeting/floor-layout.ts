import { gridCapacity, gridLayout } from './grid-layout.ts';

/** A place on the floor, in CSS pixels from its inline start and its top. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface FloorSpace {
  readonly width: number;
  readonly height: number;
  /** Between two tiles. */
  readonly gap: number;
}

/** Where everything stands that is in sight at once. */
export interface FloorLayout {
  /** Null: everybody is of one size. */
  readonly stage: Place | null;
  /** As many as stand beside the stage, or in the grid, on one page. */
  readonly places: readonly Place[];
  /** Where one turns the pages; null: there is one page only. */
  readonly pager: Place | null;
}

export type StageKind = 'none' | 'person' | 'screen';

/** More at once nobody recognises, and no network carries. */
export const MOST_TILES = 49;

/** Tiles of one page are no smaller than this. */
const SMALLEST_IN_GRID = { width: 150, height: 96 } as const;
const SMALLEST_BESIDE_STAGE = { width: 104, height: 72 } as const;

/** Height of the buttons that turn pages: a finger hits them. */
const PAGER_HEIGHT = 44;

/** Between these the strip beside a stage is as wide as this part of the floor. */
const STRIP = { least: 144, part: 0.17, most: 240 } as const;

/** How much of an upright floor the stage takes. */
const UPRIGHT_STAGE_PART = 0.58;

/**
 * Lays the floor out.
 *
 * @param count - tiles besides the one on the stage.
 */
export function floorLayout(space: FloorSpace, count: number, stage: StageKind): FloorLayout {
  const { width, height, gap } = space;
  const whole = { x: 0, y: 0, width, height };
  if (stage === 'none') return { stage: null, ...paged(whole, gap, count, SMALLEST_IN_GRID) };
  if (count === 0) return { stage: whole, places: [], pager: null };
  if (width >= height) {
    const strip = Math.min(STRIP.most, Math.max(STRIP.least, Math.round(width * STRIP.part)));
    const rest = { x: width - strip, y: 0, width: strip, height };
    return {
      stage: { x: 0, y: 0, width: Math.max(0, width - strip - gap), height },
      ...column(rest, gap, count),
    };
  }
  const part = height * UPRIGHT_STAGE_PART;
  // A screen is wide: what it leaves empty above and below is the others'.
  const stageHeight = Math.round(stage === 'screen' ? Math.min(part, width * 0.7) : part);
  const rest = { x: 0, y: stageHeight + gap, width, height: Math.max(0, height - stageHeight - gap) };
  return {
    stage: { x: 0, y: 0, width, height: stageHeight },
    ...paged(rest, gap, count, SMALLEST_BESIDE_STAGE),
  };
}

type Paged = Pick<FloorLayout, 'places' | 'pager'>;

function paged(area: Place, gap: number, count: number, smallest: { width: number; height: number }): Paged {
  const most = Math.min(MOST_TILES, gridCapacity({ ...area, gap }, smallest));
  if (count <= most) return { places: grid(area, gap, count), pager: null };
  const tiles = { ...area, height: Math.max(0, area.height - PAGER_HEIGHT - gap) };
  const fewer = Math.min(MOST_TILES, gridCapacity({ ...tiles, gap }, smallest));
  return { places: grid(tiles, gap, fewer), pager: below(area) };
}

/** One below the other, as wide as the strip. */
function column(area: Place, gap: number, count: number): Paged {
  const tileHeight = Math.round((area.width * 9) / 16);
  const fit = (height: number) => Math.max(1, Math.floor((height + gap) / (tileHeight + gap)));
  const isPaged = count > fit(area.height);
  const height = isPaged ? Math.max(0, area.height - PAGER_HEIGHT - gap) : area.height;
  const shown = Math.min(count, fit(height));
  const top = Math.max(0, (height - shown * (tileHeight + gap) + gap) / 2);
  return {
    places: Array.from({ length: shown }, (_, index) => ({
      x: area.x,
      y: Math.round(area.y + top + index * (tileHeight + gap)),
      width: area.width,
      height: Math.min(tileHeight, height),
    })),
    pager: isPaged ? below(area) : null,
  };
}

/** In rows, each in the middle. */
function grid(area: Place, gap: number, count: number): Place[] {
  if (count === 0) return [];
  const { columns, rows, tileWidth, tileHeight } = gridLayout({ ...area, gap, count });
  const top = area.y + (area.height - rows * (tileHeight + gap) + gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.x + (area.width - inRow * (tileWidth + gap) + gap) / 2;
    return {
      x: Math.round(left + (index % columns) * (tileWidth + gap)),
      y: Math.round(top + row * (tileHeight + gap)),
      width: tileWidth,
      height: tileHeight,
    };
  });
}

const below = ({ x, y, width, height }: Place): Place => ({
  x,
  y: y + Math.max(0, height - PAGER_HEIGHT),
  width,
  height: PAGER_HEIGHT,
});
