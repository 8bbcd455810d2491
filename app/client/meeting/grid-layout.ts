/** The space that tiles may fill, in CSS pixels. */
export interface GridSpace {
  /** How many tiles: 1 or more. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Between two tiles. */
  readonly gap: number;
}

/** Tiles of one size, in CSS pixels, row after row; the last row may be shorter. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** The rows do not fit into the height: it must scroll. */
  readonly scrolls: boolean;
}

/** A picture may be cut to shapes between these, width by height. Phones held upright send upright pictures. */
const WIDEST = 16 / 9;
const NARROWEST = { landscape: 4 / 3, portrait: 3 / 4 } as const;

/** Below this nobody recognises a face; the grid scrolls instead. */
const SMALLEST_TILE = { width: 120, height: 72 } as const;

/** Shape of a tile when the grid scrolls. */
const SCROLLED = 4 / 3;

/** Width at which another column is worth it when the grid scrolls. */
const SCROLLED_WIDTH = 150;

/** The columns and rows with the largest tiles that all fit; when those get too small, large ones that scroll. */
export function gridLayout(space: GridSpace): GridLayout {
  let best: GridLayout | undefined;
  for (let columns = 1; columns <= space.count; columns++) {
    const layout = fitted(space, columns);
    if (isTooSmall(layout)) continue;
    if (!best || areaOf(layout) > areaOf(best)) best = layout;
  }
  return best ?? scrolled(space);
}

const isTooSmall = ({ tileWidth, tileHeight }: GridLayout) =>
  tileWidth < SMALLEST_TILE.width || tileHeight < SMALLEST_TILE.height;

function fitted({ count, width, height, gap }: GridSpace, columns: number): GridLayout {
  const rows = Math.ceil(count / columns);
  const cellWidth = share(width, columns, gap);
  const cellHeight = share(height, rows, gap);
  const narrowest = width < height ? NARROWEST.portrait : NARROWEST.landscape;
  return {
    columns,
    rows,
    tileWidth: Math.floor(Math.min(cellWidth, cellHeight * WIDEST)),
    tileHeight: Math.floor(Math.min(cellHeight, cellWidth / narrowest)),
    scrolls: false,
  };
}

function scrolled({ count, width, height, gap }: GridSpace): GridLayout {
  const columns = Math.min(count, Math.max(1, Math.floor((width + gap) / (SCROLLED_WIDTH + gap))));
  const rows = Math.ceil(count / columns);
  const tileWidth = Math.floor(share(width, columns, gap));
  const tileHeight = Math.floor(Math.min(tileWidth / SCROLLED, Math.max(height, SMALLEST_TILE.height)));
  return { columns, rows, tileWidth, tileHeight, scrolls: rows * (tileHeight + gap) - gap > height };
}

const share = (length: number, parts: number, gap: number) =>
  Math.max(0, (length - gap * (parts - 1)) / parts);

const areaOf = ({ tileWidth, tileHeight }: GridLayout) => tileWidth * tileHeight;
