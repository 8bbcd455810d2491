import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readDocument } from '../../config/document.ts';
import { renderMarkdown, renderYaml } from '../../config/reference.ts';
import { readSettings } from '../../config/settings.ts';

const USAGE = 'Usage: linkello settings yaml | markdown | write | check\n';

const texts = [
  { name: 'config/linkello.yaml', render: renderYaml },
  { name: 'docs/configuration.md', render: renderMarkdown },
] as const;

/** `linkello settings`: prints, writes or checks what is made from the schema. */
export async function run(args: readonly string[]): Promise<number> {
  const action = args.length === 1 ? args[0] : undefined;
  if (action === 'yaml') return print(renderYaml());
  if (action === 'markdown') return print(renderMarkdown());
  if (action === 'write') return write();
  if (action === 'check') return check();
  process.stderr.write(USAGE);
  return 2;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function write(): Promise<number> {
  const own = await ownSettings();
  if (own.length > 0) {
    process.stderr.write(
      `config/linkello.yaml sets ${own.join(', ')} and is not overwritten. Keep it under another name first.\n`,
    );
    return 1;
  }
  for (const { name, render } of texts) {
    const file = path(name);
    await writeFile(`${file}.new`, render());
    await rename(`${file}.new`, file);
    process.stdout.write(`${name} written\n`);
  }
  return 0;
}

/** What somebody has set in the file that would be overwritten; also all that cannot be understood. */
async function ownSettings(): Promise<readonly string[]> {
  const bytes = await readOrNothing('config/linkello.yaml');
  const { value, findings } = readDocument(new TextEncoder().encode(bytes ?? ''));
  const read = readSettings(value);
  return findings.length > 0 || read.findings.length > 0 ? ['something unknown'] : read.changed;
}

async function check(): Promise<number> {
  let code = 0;
  for (const { name, render } of texts) {
    if ((await readOrNothing(name)) === render()) continue;
    process.stderr.write(`${name} is not what the schema says. Run ./scripts/linkello settings write\n`);
    code = 1;
  }
  return code;
}

async function readOrNothing(name: string): Promise<string | undefined> {
  return readFile(path(name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function path(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
