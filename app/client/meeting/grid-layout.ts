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
}

/** A picture may be cut to shapes between these, width by height. Phones held upright send upright pictures. */
const WIDEST = 16 / 9;
const NARROWEST = { landscape: 4 / 3, portrait: 3 / 4 } as const;

/** The columns and rows with the largest tiles that all fit. */
export function gridLayout(space: GridSpace): GridLayout {
  let best = fitted(space, 1);
  for (let columns = 2; columns <= space.count; columns++) {
    const layout = fitted(space, columns);
    if (areaOf(layout) > areaOf(best)) best = layout;
  }
  return best;
}

/**
 * How many tiles of this size fit at once; 1 or more. Tiles of as many by {@link gridLayout} have at least its area.
 */
export function gridCapacity(
  { width, height, gap }: Omit<GridSpace, 'count'>,
  size: { readonly width: number; readonly height: number },
): number {
  const fit = (length: number, least: number) => Math.max(1, Math.floor((length + gap) / (least + gap)));
  return fit(width, size.width) * fit(height, size.height);
}

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
  };
}

const share = (length: number, parts: number, gap: number) =>
  Math.max(0, (length - gap * (parts - 1)) / parts);

const areaOf = ({ tileWidth, tileHeight }: GridLayout) => tileWidth * tileHeight;
