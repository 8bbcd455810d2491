import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { languageOf } from '../../scripts/doctor/language.ts';
import { runApart, whyNot } from './own-namespaces.ts';
import { textsFor } from './texts.ts';

const USAGE = `Usage: linkello prove-egress [--json] [--with FILE]

  --json       the proof as JSON, for programs
  --with FILE  settings (YAML) that are laid over those of the proof
`;

/**
 * `linkello prove-egress`: runs a whole appliance with its clients in networks of its own, and counts every packet that
 * leaves them. Exit 0 if nothing goes anywhere else; 1 if something does, or if it is not proven that nothing does; 2
 * for a wrong use, or where there is no way to try.
 */
export async function run(args: readonly string[]): Promise<number> {
  const t = textsFor(languageOf(process.env));
  const order = readOrder(args);
  if (order === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  let settings: unknown = {};
  try {
    if (order.file !== null) settings = parse(await readFile(order.file, 'utf8')) ?? {};
  } catch (fault) {
    process.stderr.write(`linkello prove-egress: ${order.file}: ${(fault as Error).message}\n`);
    return 2;
  }
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    process.stderr.write(`linkello prove-egress: ${t('use.noSettings', { file: order.file ?? '' })}\n`);
    return 2;
  }
  const reason = whyNot();
  if (reason !== null) {
    process.stderr.write(`linkello prove-egress: ${t('use.noNamespaces', { reason })}\n`);
    return 2;
  }
  const inside = join(import.meta.dirname, 'inside.ts');
  const code = await runApart(inside, [JSON.stringify({ json: order.json, settings })]);
  return code ?? 1;
}

function readOrder(args: readonly string[]): { json: boolean; file: string | null } | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false }, with: { type: 'string' } },
    });
    return { json: values.json, file: values.with === undefined ? null : resolve(values.with) };
  } catch {
    // parseArgs throws at options that it does not know.
    return null;
  }
}
