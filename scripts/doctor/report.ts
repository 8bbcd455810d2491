import { styleText } from 'node:util';
import type { CheckName, Status } from './catalogue.ts';
import { type Diagnosis, worst } from './diagnosis.ts';
import { type Language, textsOf } from './language.ts';

export interface ReportOptions {
  readonly language: Language;
  /** Columns of the terminal; null where it is none, and every finding gets one line. */
  readonly width: number | null;
  readonly colour: boolean;
  /** Every check that will be told. */
  readonly names: readonly CheckName[];
}

/** Narrower than this, in characters, and it reads better broken by the terminal. */
const NARROWEST_TEXT = 30;

const marks: Readonly<Record<Status, string>> = { green: '✓', amber: '!', red: '✗' };
const colours = { green: 'green', amber: 'yellow', red: 'red' } as const;

/** Writes diagnoses for a person: a line each, what is behind it where something is wrong, and a last line. */
export class Report {
  readonly #options: ReportOptions;
  readonly #texts: ReturnType<typeof textsOf>;
  readonly #nameWidth: number;
  readonly #wordWidth: number;

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#texts = textsOf(options.language);
    this.#nameWidth = Math.max(...options.names.map((name) => this.#texts.name(name).length));
    this.#wordWidth = Math.max(...Object.keys(marks).map((each) => this.#texts.word(each as Status).length));
  }

  head(host: string): string {
    return `${this.#paint('bold', this.#texts.own('report.head', { host }))}\n\n`;
  }

  /** Ends with a line break. */
  diagnosis({ check, status, findings }: Diagnosis): string {
    const label = `${marks[status]} ${this.#texts.word(status).padEnd(this.#wordWidth)}`;
    const name = this.#texts.name(check).padEnd(this.#nameWidth);
    const indent = ' '.repeat(label.length + 2 + name.length + 2);
    const lines: string[] = [];
    const told = findings.map((finding) => ({
      found: this.#texts.found(check, finding),
      cure: this.#texts.cure(check, finding),
    }));
    for (const [index, { found, cure }] of told.entries()) {
      lines.push(...this.#wrap(found, indent.length));
      // One that cures the next as well stands behind that.
      if (cure === null || told[index + 1]?.cure === cure) continue;
      const [first = '', ...rest] = this.#wrap(cure, indent.length + 2);
      lines.push(`→ ${first}`, ...rest.map((line) => `  ${line}`));
    }
    const [first = '', ...rest] = lines;
    const head = `${this.#paint(colours[status], label)}  ${name}  ${first}\n`;
    return head + rest.map((line) => `${indent}${line}\n`).join('');
  }

  foot(diagnoses: readonly Diagnosis[], tookMs: number): string {
    const count = (status: Status) => diagnoses.filter((each) => each.status === status).length;
    const sentence = this.#texts.own('report.foot', {
      green: count('green'),
      amber: count('amber'),
      red: count('red'),
      seconds: Math.round(tookMs / 100) / 10,
    });
    const lines = [
      this.#paint(colours[worst(diagnoses.map(({ status }) => status))], sentence),
      ...this.#wrap(this.#texts.own('report.horizon'), 0),
    ];
    return `\n${lines.join('\n')}\n`;
  }

  #paint(style: 'bold' | 'green' | 'yellow' | 'red', text: string): string {
    return this.#options.colour ? styleText(style, text, { validateStream: false }) : text;
  }

  #wrap(text: string, indent: number): string[] {
    const { width } = this.#options;
    const room = width === null ? 0 : width - indent;
    return room < NARROWEST_TEXT ? [text] : wrap(text, room);
  }
}

/** Lines of at most `width` characters, broken at blanks; a longer word has a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  // Not at no-break spaces.
  for (const word of text.split(/[ \n]+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
