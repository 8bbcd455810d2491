import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { AuditLog, command } from '../../app/audit/audit-log.ts';
import { AuditEntries, type StoredEntry } from '../../app/audit/entries.ts';
import { jsonLine } from '../../app/audit/json-line.ts';
import { octetCounted, syslogMessage } from '../../app/audit/syslog.ts';
import { type Head, readHead, verifyChain } from '../../app/audit/verification.ts';
import { describeVerification } from '../../app/audit/verification-report.ts';
import { openDatabase } from '../../app/database/open.ts';
import { openToRead } from '../../app/database/open-to-read.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import { StartFault } from '../../app/kernel/start-fault.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import type { Config } from '../../config/config.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret, secretPlace } from '../../config/secrets.ts';
import { languageOf } from '../doctor/language.ts';

const USAGE = `Usage: linkello audit verify [--since NUMBER:HASH]
       linkello audit export [--format jsonl | syslog] [--from NUMBER]
`;

/** How entries are written, by the name of the format. */
const formats = {
  jsonl: jsonLine,
  syslog: (entry: StoredEntry, host: string) => octetCounted(syslogMessage(entry, host)),
} as const;

type Order =
  | { readonly kind: 'verify'; readonly since: Head | null }
  | { readonly kind: 'export'; readonly format: keyof typeof formats; readonly from: number };

/**
 * `linkello audit`: verifies or exports the audit log, whether the app runs or not. Exit 0; 1 if the log was tampered
 * with or something is in the way; 2 for a wrong use or configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  const order = readOrder(args);
  if (order === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  return order.kind === 'verify' ? verify(order.since) : exportEntries(order);
}

function readOrder(args: readonly string[]): Order | null {
  const [kind, ...rest] = args;
  try {
    if (kind === 'verify') {
      const { values } = parseArgs({ args: rest, options: { since: { type: 'string' } } });
      if (values.since === undefined) return { kind, since: null };
      const since = readHead(values.since);
      return since && { kind, since };
    }
    if (kind !== 'export') return null;
    const { values } = parseArgs({
      args: rest,
      options: {
        format: { type: 'string', default: 'jsonl' },
        from: { type: 'string', default: '1' },
      },
    });
    const { format, from } = values;
    if (!isFormat(format) || !/^[1-9]\d{0,14}$/.test(from)) return null;
    return { kind, format, from: Number(from) };
  } catch {
    // parseArgs throws at options that it does not know.
    return null;
  }
}

const isFormat = (name: string): name is keyof typeof formats => Object.hasOwn(formats, name);

async function verify(since: Head | null): Promise<number> {
  const config = await loadConfig();
  const language = languageOf(process.env);
  const t = createTranslate(language, { en, fr }[language]);
  const database = await openToRead(dataFolders(config.dataFolder).database);
  try {
    const key = await auditKey(config);
    const report = describeVerification(await verifyChain({ database, key, since }), t);
    const lines = [report.summary, ...report.faults.map((fault) => `  ${fault}`)];
    if (report.more !== null) lines.push(`  ${report.more}`);
    if (report.isWhole && report.head !== null) {
      lines.push(t('audit.verification.note'), `  linkello audit verify --since ${report.head}`);
    }
    process.stdout.write(`${lines.join('\n')}\n`);
    return report.isWhole ? 0 : 1;
  } finally {
    await database.destroy();
  }
}

/** Writes to standard output. That it was done is itself in the log, and in what is written. */
async function exportEntries({ format, from }: Order & { readonly kind: 'export' }): Promise<number> {
  const config = await loadConfig();
  const { database: file } = dataFolders(config.dataFolder);
  const key = await auditKey(config);
  // Tells what is wrong with it; opening it to write would make one, or change another version's.
  await (await openToRead(file)).destroy();
  const database = await openDatabase(file);
  try {
    const audit = new AuditLog({ database, key, clock: systemClock });
    await audit.record(command, { action: 'audit.exported', details: { format, from } });
    const entries = new AuditEntries(database).chain(from);
    const texts = written(entries, format, config.sites[0]?.host ?? '-');
    await pipeline(Readable.from(texts), process.stdout, { end: false });
    return 0;
  } catch (fault) {
    // Whoever read it went away, as `head` does.
    if ((fault as NodeJS.ErrnoException).code === 'EPIPE') return 1;
    throw fault;
  } finally {
    await database.destroy();
  }
}

async function* written(
  entries: AsyncIterable<StoredEntry>,
  format: keyof typeof formats,
  host: string,
): AsyncGenerator<string> {
  for await (const entry of entries) yield formats[format](entry, host);
}

/** Reads the key, and makes none: nothing would fit a new one. */
async function auditKey(config: Config): Promise<string> {
  const { file } = secretPlace(config, 'audit');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new StartFault(`There is no key ${file}, without which the audit log proves nothing.`);
  return readSecret(config, 'audit');
}
