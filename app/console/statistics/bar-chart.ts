/** A bar as it is to be drawn. */
export interface Bar {
  /** Below the bar: short. */
  readonly label: string;
  /** What is said of it: `3 March 2026: 14`. */
  readonly title: string;
  readonly value: number;
}

/** A chart of bars in units of an SVG of {@link WIDTH} by {@link HEIGHT}, for `bar-chart.hbs`. */
export interface BarChart {
  readonly id: string;
  /** What it shows, for those who do not see it. */
  readonly title: string;
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly title: string;
  }[];
  readonly labels: readonly { readonly x: number; readonly text: string }[];
  readonly lines: readonly { readonly y: number; readonly text: string }[];
}

const [WIDTH, HEIGHT] = [720, 240];
/** Room for the scale at the left and the labels below. */
const [LEFT, TOP, BOTTOM] = [56, 12, 28];
/** A label takes about so much for each character, and so much between two. */
const [CHARACTER, GAP] = [7, 12];

/** The step of a scale of about four lines up to `most`: 1, 2 or 5 times a power of ten, and whole. */
export function stepOf(most: number): number {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return Math.max(1, step * power);
}

/** Lays out a chart: plain rectangles, drawn by the browser without a script, light, dark and on paper. */
export function barChart({
  id,
  title,
  bars,
  number,
}: {
  readonly id: string;
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Writes a number of the scale. */
  readonly number: (value: number) => string;
}): BarChart {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const step = stepOf(most);
  const top = Math.ceil(most / step) * step;
  const inner = HEIGHT - TOP - BOTTOM;
  const y = (value: number) => round(TOP + inner * (1 - value / top));
  const slot = (WIDTH - LEFT) / Math.max(1, bars.length);
  const width = Math.min(48, slot * 0.72);
  const middle = (index: number) => LEFT + slot * (index + 0.5);
  const longest = Math.max(1, ...bars.map(({ label }) => label.length));
  const every = Math.max(1, Math.ceil((longest * CHARACTER + GAP) / slot));
  return {
    id,
    title,
    bars: bars.map(({ value, title: said }, index) => ({
      x: round(middle(index) - width / 2),
      y: y(value),
      width: round(width),
      height: round(TOP + inner - y(value)),
      title: said,
    })),
    labels: bars.flatMap(({ label }, index) =>
      index % every === 0 ? [{ x: round(middle(index)), text: label }] : [],
    ),
    lines: Array.from({ length: top / step + 1 }, (_, index) => ({
      y: y(index * step),
      text: number(index * step),
    })),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
