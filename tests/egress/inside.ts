import { join } from 'node:path';
import { languageOf } from '../../scripts/doctor/language.ts';
import { describeMachine } from './machine.ts';
import { layNetworks } from './network.ts';
import { prove } from './proof.ts';
import { writeReport } from './report.ts';
import { textsFor } from './texts.ts';

// The part of `linkello prove-egress` that has namespaces of its own, whose first process it is.

const { json, settings } = JSON.parse(process.argv[2] ?? '') as {
  readonly json: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
};
// The first process of a namespace is sent no signal that it does not wait for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const t = textsFor(languageOf(process.env));
const say = (line: string) => void process.stderr.write(`${line}\n`);

const machine = await describeMachine();
const folder = await layNetworks();
// Browsers leave their profiles there.
process.env.TMPDIR = folder;
const proof = await prove({
  folder: join(folder, 'scenario'),
  settings,
  onStep: (step) => say(`… ${t(`steps.${step}`)}`),
});
const text = json ? `${JSON.stringify({ machine, ...proof }, null, 2)}\n` : writeReport(proof, machine, t);
process.stdout.write(text, () => process.exit(proof.doubts.length === 0 ? 0 : 1));
