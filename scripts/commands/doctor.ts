import { ConfigError, inspectConfig, type LoadedConfig } from '../../config/load.ts';
import { findingsOf } from '../doctor/catalogue.ts';
import { checks } from '../doctor/checks.ts';
import { carryOut, type Diagnosis, diagnose, toRecord } from '../doctor/diagnosis.ts';
import { languageOf } from '../doctor/language.ts';
import { Patient } from '../doctor/patient.ts';
import { Report } from '../doctor/report.ts';

const found = findingsOf('configuration');

/**
 * `linkello doctor [--json]`: looks at everything that calls need and tells what it finds, with a cure for what is
 * wrong. Exit 0, 1 when anything is red, 2 for a wrong use or configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  if (args.length > 1 || (args.length === 1 && args[0] !== '--json')) {
    process.stderr.write('Usage: linkello doctor [--json]\n');
    return 2;
  }
  const startedAtMs = performance.now();
  const tookMs = () => Math.round(performance.now() - startedAtMs);
  const language = languageOf(process.env);
  const isJson = args.length === 1;
  const names = ['configuration' as const, ...checks.map(({ name }) => name)];
  const report = new Report({ language, width: terminalWidth(), colour: isColourful(), names });
  const diagnoses: Diagnosis[] = [];
  const tell = (diagnosis: Diagnosis) => {
    diagnoses.push(diagnosis);
    if (!isJson) process.stdout.write(report.diagnosis(diagnosis));
  };
  const end = async (code: number): Promise<number> => {
    const records = diagnoses.map((diagnosis) => toRecord(diagnosis, language));
    const text = isJson ? `${JSON.stringify(records, null, 2)}\n` : report.foot(diagnoses, tookMs());
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
    return code;
  };

  let loaded: LoadedConfig;
  try {
    loaded = await inspectConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const findings = error.faults.map((fault) => found('wrong', { fault: String(fault) }));
    tell(diagnose('configuration', findings, tookMs()));
    return end(2);
  }
  if (!isJson) process.stdout.write(report.head(loaded.config.sites[0]?.host ?? 'localhost'));
  const { shownFile: file, fileExists, changed } = loaded;
  const right = fileExists ? found('right', { file, changed: changed.length }) : found('absent', { file });
  tell(diagnose('configuration', [right], tookMs()));

  const patient = new Patient(loaded);
  // What no check foresaw ends it, and tells no more of the program's insides than its reason.
  process.once('uncaughtException', (error) => {
    process.stderr.write(`linkello doctor: ${error.message}\n`);
    process.exit(1);
  });
  // Rooms at the SFU that nobody is in would stay.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => void patient.close().finally(() => process.exit(code)));
  // At once, and told in order, each as soon as those before it are.
  for (const running of checks.map((check) => carryOut(check, patient))) tell(await running);
  await patient.close();
  const code = await end(diagnoses.some(({ status }) => status === 'red') ? 1 : 0);
  // A name server that does not answer holds the process for longer than anybody waits.
  process.exit(code);
}

function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns || 80 : null;
}

/** Colours are for terminals, and only for those whose owner wants them (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}
