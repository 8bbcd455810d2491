import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { categories } from '../../app/categories.ts';
import { Register } from '../../app/inventory/register.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import { languages } from '../../app/kernel/languages.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { evidenceDocuments } from '../../app/privacy/evidence/documents.ts';
import { writeEvidence } from '../../app/privacy/evidence/folder.ts';
import { loadConfig } from '../../config/load.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/**
 * `linkello evidence --out FOLDER`: what a data protection officer shows an auditor, made from the settings. It holds
 * no personal data but the addresses of the controller. Exit 0; 1 if something is in the way; 2 for a wrong use or
 * configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  const folder = readFolder(args);
  if (folder === null) {
    process.stderr.write('Usage: linkello evidence --out FOLDER\n\n  FOLDER  is made, or must be empty\n');
    return 2;
  }
  const config = await loadConfig();
  const register = new Register(categories);
  const now = systemClock();
  const texts = { en, fr };
  const files = new Map<string, string>();
  for (const language of languages) {
    const t = createTranslate(language, texts[language]);
    for (const { name, content } of evidenceDocuments({ t, language, config, register, now, version })) {
      files.set(`${language}/${name}`, content);
    }
  }
  const count = await writeEvidence(resolve(folder), files);
  process.stdout.write(
    `${folder}: ${count} files; begin with ${languages.map((each) => `${each}/index.html`).join(' or ')}\n`,
  );
  return 0;
}

function readFolder(args: readonly string[]): string | null {
  try {
    const { values } = parseArgs({ args: [...args], options: { out: { type: 'string' } } });
    return values.out || null;
  } catch {
    // parseArgs throws at options that it does not know.
    return null;
  }
}
