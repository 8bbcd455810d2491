/** The colours of buttons and links in one scheme, as tokens.css names them. */
export interface AccentColours {
  readonly accent: string;
  readonly hover: string;
  readonly soft: string;
  readonly onAccent: string;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Least contrast of text (WCAG 2.2, success criterion 1.4.3). */
const CONTRAST = 4.5;

/** Grounds on which the accent stands as text, and what the pages are made of, from tokens.css. */
const light = { grounds: ['#ffffff', '#f2f6f6', '#e3ebec'], toward: '#000000', paper: '#ffffff' } as const;
const dark = { grounds: ['#18252b', '#0d161a', '#213139'], toward: '#ffffff', paper: '#18252b' } as const;

/**
 * A site's colour for both schemes: darker, or lighter in dark mode, in the smallest steps that make it readable as
 * text, and what stands on it too. A colour that is readable stays as it is.
 */
export function accentColours(colour: string): {
  readonly light: AccentColours;
  readonly dark: AccentColours;
} {
  return { light: inScheme(parse(colour), light), dark: inScheme(parse(colour), dark) };
}

function inScheme(colour: Rgb, { grounds, toward, paper }: typeof light | typeof dark): AccentColours {
  const target = parse(toward);
  const readable = (from: Rgb, on: readonly Rgb[]): Rgb => {
    for (let step = 0; step <= 100; step += 1) {
      const tried = mix(from, target, step / 100);
      if (on.every((ground) => contrast(tried, ground) >= CONTRAST)) return tried;
    }
    return target;
  };
  const accent = readable(colour, grounds.map(parse));
  const soft = mix(parse(paper), accent, 0.14);
  const hover = readable(mix(accent, target, 0.22), [soft, ...grounds.map(parse)]);
  // Black or white, with a breath of the colour.
  const inks = [mix([0, 0, 0], accent, 0.12), [255, 255, 255] as const];
  const [onAccent = inks[1] as Rgb] = inks.toSorted(
    (a, b) => contrast(b as Rgb, accent) - contrast(a as Rgb, accent),
  ) as Rgb[];
  return { accent: write(accent), hover: write(hover), soft: write(soft), onAccent: write(onAccent) };
}

function parse(hex: string): Rgb {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

function write(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [part(0), part(1), part(2)];
}

/** 1 to 21 (WCAG 2.2, “contrast ratio”). */
export function contrastOf(a: string, b: string): number {
  return contrast(parse(a), parse(b));
}

function contrast(a: Rgb, b: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
