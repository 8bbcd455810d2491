import { createReadStream } from 'node:fs';
import { describeVerification } from '../../app/audit/verification-report.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { restoreBackup } from '../backup/restore.ts';
import { languageOf } from '../doctor/language.ts';

/**
 * `linkello restore FILE`: puts a backup into a data folder without a database; `-` for standard input. Exit 0, 1 if
 * something is in the way, 2 for a wrong use or configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [file, ...others] = args;
  if (file === undefined || file === '' || others.length > 0 || /^-./.test(file)) {
    process.stderr.write('Usage: linkello restore FILE\n\n  FILE  what backup made; - for standard input\n');
    return 2;
  }
  const config = await loadConfig();
  const archive = file === '-' ? process.stdin : createReadStream(file);
  const restored = await restoreBackup(archive, dataFolders(config.dataFolder));
  const language = languageOf(process.env);
  const t = createTranslate(language, { en, fr }[language]);
  const report = describeVerification(restored.verification, t);
  const { manifest, people, rooms, erasedAgain } = restored;
  const lines = [
    `Restored the backup of ${manifest.madeAt}, made by version ${manifest.version}: ${people} people, ${rooms} rooms.`,
    ...(erasedAgain === 0 ? [] : [`Erased again, as they had been since that backup: ${erasedAgain}.`]),
    'Everybody signs in anew. Start the appliance.',
    report.summary,
    ...report.faults.map((fault) => `  ${fault}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
