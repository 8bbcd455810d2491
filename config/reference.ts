import { stringify } from 'yaml';
import { dotted, type Path } from './faults.ts';
import { type Shape, settingsShape, wantedOf } from './shape.ts';

/**
 * The two texts that are written from the schema: the YAML file that people edit and the reference that they read.
 * Each setting is said once, there.
 */

const YAML_COLUMNS = 100;

/**
 * `config/linkello.yaml`: every setting with purpose, range, unit and default. The names of sections stand free, each
 * setting behind a `#` without a blank: taking the `#` of one line away sets one setting.
 */
export function renderYaml(): string {
  const head = [
    'Settings of Linkello. Each is optional: this file, as it came, changes nothing.',
    '',
    'A setting stands in a line that begins with "#" and no blank, with its default. Take the "#" away and change the ' +
      'value. Then docker compose up -d takes it over, or says what is wrong with it. Without containers, check the ' +
      'file with ./scripts/linkello check and start Linkello anew.',
    '',
    'LINKELLO_CONFIG=FILE in the environment names another file, which git leaves alone; LINKELLO_DATA=FOLDER another ' +
      'data folder. Relative paths in this file start from its folder. The same as a table: docs/configuration.md',
    '',
    'Written from config/schema.ts by ./scripts/linkello settings write',
  ];
  const sections = [...settingsShape.entries].map(([key, shape]) => yamlEntry(key, shape, '').join('\n'));
  return `${head.flatMap((line) => comment(line, '')).join('\n')}\n\n${sections.join('\n\n')}\n`;
}

function yamlEntry(key: string, shape: Shape, indent: string): string[] {
  const words = comment([shape.description, facts(shape)].filter((each) => each !== '').join('\n'), indent);
  if (shape.kind === 'section') {
    const entries = [...shape.entries].flatMap(([name, entry]) => [
      '',
      ...yamlEntry(name, entry, `${indent}  `),
    ]);
    return [...words, `${indent}${key}:`, ...entries.slice(1)];
  }
  const setting = `${indent}#${key}: ${flow(shape.fallback)}`;
  if (shape.kind !== 'list') return [...words, setting];
  const fields = shape.item.kind === 'section' ? [...shape.item.entries] : [];
  return [
    ...words,
    ...fields.flatMap(([name, entry]) => comment(`- ${name}: ${entry.description} ${facts(entry)}`, indent)),
    ...(shape.example === undefined ? [] : exampleLines(key, shape.example, indent)),
    setting,
  ];
}

function exampleLines(key: string, example: unknown, indent: string): string[] {
  const lines = stringify({ [key]: example }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
  return [`${indent}# For example:`, ...lines.map((line) => `${indent}#   ${line}`)];
}

/** "From 1 to 65535. Default: 8443." */
function facts(shape: Shape): string {
  if (shape.kind === 'section') return '';
  return `${range(shape)}. ${defaultOf(shape)}`;
}

/** What a setting can be, as the beginning of a sentence. */
function range(shape: Shape): string {
  if (shape.kind === 'choice') return `Either ${wantedOf(shape)}`;
  const each = shape.kind === 'list' && shape.item.kind !== 'section' ? `, each ${wantedOf(shape.item)}` : '';
  return upperFirst(wantedOf(shape)) + each;
}

function defaultOf(shape: Shape): string {
  if (shape.fallback === undefined) return 'Must be given.';
  const value = shape.automatic ?? flow(shape.fallback);
  return `Default: ${value}${value.endsWith('.') ? '' : '.'}`;
}

/** A value as YAML, in one line. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text as lines of comment, broken between words. */
function comment(text: string, indent: string): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [`${indent}#`];
    for (const word of paragraph.split(' ').filter((each) => each !== '')) {
      const line = lines.at(-1) ?? '';
      if (line.length + 1 + word.length > YAML_COLUMNS) lines.push(`${indent}# ${word}`);
      else lines[lines.length - 1] = `${line} ${word}`;
    }
    return lines;
  });
}

/** `docs/configuration.md`: one table a section, each setting with an anchor: `#media-port`. */
export function renderMarkdown(): string {
  const head = `# Configuration

<!-- Written from config/schema.ts by ./scripts/linkello settings write -->

Linkello runs without any setting. What a site wants otherwise it says in \`config/linkello.yaml\`, which holds every
setting as a comment with its default.

- \`./scripts/linkello check [FILE]\` says what a file comes to, or everything that is wrong with it, and starts nothing.
  A wrong configuration starts nothing either: each process prints the same lines and exits with 2.
- Changes take effect at the next start; with containers, at the next \`docker compose up -d\`, and
  \`docker compose run --rm config linkello check\` says beforehand what a file comes to.
- \`LINKELLO_CONFIG=FILE\` in the environment names another file, \`LINKELLO_DATA=FOLDER\` another data folder (default:
  \`data\` in the checkout). With a file of your own outside the checkout, an update never meets your changes.
- Relative paths in the file start from its folder.
- Secrets are never written in the file. They are made on first start in the data folder, or read from
  the files that you name; such files must be readable by their owner only (\`chmod 600\`).
- "Null" is written \`null\`. It stands for the value that is found out at start.
`;
  const contents = [...settingsShape.entries].map(
    ([key, { description }]) => `- [\`${key}\`](#${key}): ${description}`,
  );
  const sections = [...settingsShape.entries].map(([key, shape]) => markdownSection(key, shape));
  return `${head}\n${contents.join('\n')}\n\n${sections.join('\n\n')}\n`;
}

function markdownSection(key: string, shape: Shape): string {
  const rows = markdownRows([key], shape);
  const table =
    rows.length === 0
      ? ''
      : `\n\n| Setting | Value | Default | Purpose |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
  const fence = '```';
  const example =
    shape.example === undefined
      ? ''
      : `\n\n${fence}yaml\n${stringify({ [key]: shape.example }, { lineWidth: 0 })}${fence}`;
  return `## ${key}\n\n${shape.description}${table}${example}`;
}

function markdownRows(path: Path, shape: Shape): string[] {
  if (shape.kind === 'section') {
    return [...shape.entries].flatMap(([key, entry]) => markdownRows([...path, key], entry));
  }
  const name = dotted(path).replaceAll('[0]', '[]');
  const anchor = name.replaceAll(/\W+/g, '-').replace(/-$/, '');
  const fallback =
    shape.fallback === undefined ? 'none: must be given' : (shape.automatic ?? `\`${flow(shape.fallback)}\``);
  const cells = [`<a id="${anchor}"></a>\`${name}\``, range(shape), fallback, shape.description];
  const row = `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const fields =
    shape.kind === 'list' && shape.item.kind === 'section' ? markdownRows([...path, 0], shape.item) : [];
  return [row, ...fields];
}
