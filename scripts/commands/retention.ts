import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MatomoServer } from '../../app/audience/matomo-server.ts';
import { SingleVisits } from '../../app/audience/single-visits.ts';
import { AuditLog, command } from '../../app/audit/audit-log.ts';
import { categories } from '../../app/categories.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { openToRead } from '../../app/database/open-to-read.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { categoryView } from '../../app/privacy/category-view.ts';
import { ErasureLedger, LEDGER_FILE } from '../../app/privacy/erasure/ledger.ts';
import { verifyCertificates } from '../../app/privacy/retention/certificates.ts';
import { Retention } from '../../app/privacy/retention/retention.ts';
import { privacyTerms } from '../../app/privacy/terms.ts';
import type { Config } from '../../config/config.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { languageOf } from '../doctor/language.ts';

const USAGE = `Usage: linkello retention [--dry-run] [--at DATE] [--json]
       linkello retention verify

  --dry-run  say what would be erased, and erase nothing
  --at DATE  as of that day or instant: 2027-01-31, 2027-01-31T03:00:00Z; one to come with --dry-run only
  --json     as JSON
  verify     find out whether the certificates of erasure were tampered with
`;

type Order =
  | { readonly kind: 'verify' }
  | { readonly kind: 'run' | 'dry run'; readonly at: number | null; readonly isJson: boolean };

/**
 * `linkello retention`: erases what is past its time, whether the app runs or not. Exit 0; 1 if a category failed, the
 * certificates were tampered with or something is in the way; 2 for a wrong use or configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  const order = readOrder(args);
  if (order === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = await loadConfig();
  const language = languageOf(process.env);
  const t = createTranslate(language, { en, fr }[language]);
  const { database: file } = dataFolders(config.dataFolder);
  // Tells what is wrong with it; opening it to write would make one, or change another version's.
  const reading = await openToRead(file);
  if (order.kind !== 'run') {
    try {
      if (order.kind === 'verify') return await verify(reading, await readSecret(config, 'audit'), t);
      const retention = await open(config, reading);
      const forecasts = await retention.preview(order.at ?? systemClock());
      const rows = forecasts.map(({ category, ...counts }) => ({
        category,
        rule: categoryView({ t, language, terms: privacyTerms(config) }, named(category)).kept,
        ...counts,
      }));
      process.stdout.write(order.isJson ? `${JSON.stringify(rows, null, 2)}\n` : tableOf(rows, t));
      return rows.some(({ isFailed }) => isFailed) ? 1 : 0;
    } finally {
      await reading.destroy();
    }
  }
  await reading.destroy();
  const database = await openDatabase(file);
  try {
    const retention = await open(config, database);
    const { certificate, erased, failed } = await retention.run(command, order.at ?? undefined);
    const counts = Object.fromEntries(erased);
    if (order.isJson) {
      process.stdout.write(`${JSON.stringify({ certificate, erased: counts, failed }, null, 2)}\n`);
    } else {
      const lines = Object.entries(counts).map(([name, count]) => `  ${t(`data.${name}.title`)}: ${count}`);
      const nothing = lines.length === 0 ? 'Nothing was past its time.' : 'Erased:';
      process.stdout.write(`${[nothing, ...lines, `Certificate ${certificate}.`].join('\n')}\n`);
    }
    return failed.length === 0 ? 0 : 1;
  } finally {
    await database.destroy();
  }
}

function readOrder(args: readonly string[]): Order | null {
  if (args[0] === 'verify') return args.length === 1 ? { kind: 'verify' } : null;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'dry-run': { type: 'boolean', default: false },
        at: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const at = values.at === undefined ? null : instantOf(values.at);
    if (at !== null && Number.isNaN(at)) return null;
    if (!values['dry-run'] && at !== null && at > systemClock()) {
      process.stderr.write('Nothing is erased before its time: with a date to come only --dry-run goes.\n');
      return null;
    }
    return { kind: values['dry-run'] ? 'dry run' : 'run', at, isJson: values.json };
  } catch {
    // parseArgs throws at options that it does not know.
    return null;
  }
}

/** A day begins in the time zone of the server. NaN for what is neither day nor instant. */
function instantOf(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return new Date(`${text}T00:00:00`).getTime();
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(text).getTime() : Number.NaN;
}

async function open(config: Config, database: Database): Promise<Retention> {
  const folders = dataFolders(config.dataFolder);
  const key = await readSecret(config, 'audit');
  const { analyticsOrigin: origin } = config;
  return new Retention({
    database,
    file: folders.database,
    clock: systemClock,
    audit: new AuditLog({ database, key, clock: systemClock }),
    key,
    categories,
    outside: origin === null ? [] : [singleVisits(origin, folders.analyticsAccess, config)],
    settings: config.privacy,
    ledger: new ErasureLedger({ key, file: join(folders.app, LEDGER_FILE) }),
    onFault: (what, fault) => {
      const why = fault instanceof Error ? fault.message : 'unknown error';
      process.stderr.write(`linkello retention: ${what} failed: ${why}\n`);
    },
  });
}

function singleVisits(origin: string, folder: string, { analytics }: Config): SingleVisits {
  const matomo = new MatomoServer({ origin, folder });
  return new SingleVisits({ matomo, keepDays: analytics.keep_days });
}

function named(name: string) {
  const category = categories.find((each) => each.name === name);
  if (category === undefined) throw new TypeError(`No category is called ${name}.`);
  return category;
}

type Translate = ReturnType<typeof createTranslate>;

async function verify(database: Database, key: string, t: Translate): Promise<number> {
  const { certificates, faults } = await verifyCertificates(database, key);
  const lines =
    faults.length === 0
      ? [t('retention.whole', { count: certificates })]
      : [
          t('retention.broken'),
          ...faults.map(({ kind, number }) => `  ${t(`retention.faults.${kind}`, { number })}`),
        ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return faults.length === 0 ? 0 : 1;
}

interface Row {
  readonly category: string;
  readonly rule: string;
  readonly total: number;
  readonly due: number;
  readonly dueNextWeek: number;
  readonly isFailed: boolean;
}

/** One line a category; what is long stands last. */
function tableOf(rows: readonly Row[], t: Translate): string {
  const head = ['category', 'total', 'due', 'nextWeek', 'rule'].map((name) => t(`retention.table.${name}`));
  const cells = rows.map(({ category, rule, total, due, dueNextWeek, isFailed }) => [
    t(`data.${category}.title`),
    ...(isFailed ? ['?', '?', '?'] : [total, due, dueNextWeek].map(String)),
    rule,
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - [...cell].length);
        if (column === row.length - 1) return cell;
        return column === 0 ? cell + gap : gap + cell;
      })
      .join('  ');
  return `${[head, ...cells].map(line).join('\n')}\n`;
}
