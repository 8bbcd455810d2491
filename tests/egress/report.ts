import type { Translate } from '../../app/kernel/i18n.ts';
import type { Count } from './border.ts';
import type { Machine } from './machine.ts';
import { groups } from './process-groups.ts';
import type { Doubt, Proof } from './proof.ts';
import { type JudgedFlow, sum } from './verdict.ts';

type Row = readonly string[];

const NOT_RUN = ['matomo', 'install', 'doctor', 'acme', 'browsers'] as const;
/** Columns that are filled from the left, as numbers are. */
const NUMBERS = 2;
/** Characters in a line of text. Tables take what they need. */
const WIDTH = 100;

/** The proof for people: what came of it first, then how it was come by. Ends with a line break. */
export function writeReport(proof: Proof, machine: Machine, t: Translate): string {
  const { traffic } = proof;
  const blocks = [
    `${t('report.title')}\n${'='.repeat(t('report.title').length)}`,
    section(
      t('report.result'),
      results(proof, t).map((line) => wrap(line)),
    ),
  ];
  if (traffic.foreign.length > 0) blocks.push(section(t('report.elsewhere'), [elsewhere(proof, t)]));
  blocks.push(
    section(t('report.between'), [table(between(traffic.own, t), t)]),
    section(t('report.onLink'), [onLink(proof, t)]),
    section(t('report.addresses'), [
      align(
        Object.entries(proof.addresses).map(([party, addresses]) => [
          `  ${t(`report.parties.${party}`)}`,
          addresses.join(', '),
        ]),
      ),
    ]),
    section(
      t('report.ran'),
      ran(proof, machine, t).map((line) => wrap(line)),
    ),
    section(
      t('report.notRun'),
      NOT_RUN.map((part) => wrap(t(`report.notRunParts.${part}`), '  – ')),
    ),
    section(
      t('report.counted'),
      counted(proof, t).map((line) => wrap(line)),
    ),
    wrap(t('report.repeat')),
  );
  return `${blocks.join('\n\n')}\n`;
}

const section = (heading: string, lines: readonly string[]): string =>
  [heading, '-'.repeat(heading.length), ...lines].join('\n');

function results(proof: Proof, t: Translate): string[] {
  if (proof.doubts.length === 0) return [t('report.nothingLeft')];
  const { traffic, instrument, requests, fault } = proof;
  const params: Readonly<Record<Doubt, Readonly<Record<string, string | number>>>> = {
    something_left: { packets: sum(traffic.foreign).packets },
    foreign_request: { origins: requests.foreign.join(', ') },
    not_counted: {
      seen: traffic.seen.packets,
      counted: traffic.counted.packets,
      strange: traffic.strange.join(', ') || 'none',
    },
    instrument,
    scenario: { fault: fault ?? '' },
  };
  return proof.doubts.map((doubt) => t(`report.doubts.${doubt}`, params[doubt]));
}

function ran(proof: Proof, { isChanged, ...machine }: Machine, t: Translate): string[] {
  const { outcome, requests, steps } = proof;
  const seconds = (ms: number) => Math.round(ms / 1000);
  return [
    t('report.version', {
      ...machine,
      commit: machine.commit.slice(0, 12),
      changed: isChanged ? 'yes' : 'no',
      chromium: outcome?.chromium ?? '?',
    }),
    t('report.when', {
      when: new Date(proof.startedAt).toISOString(),
      seconds: seconds(proof.tookMs),
      pages: outcome?.pages ?? 0,
      letters: outcome?.letters ?? 0,
      requests: requests.count,
      foreign: requests.foreign.length,
    }),
    ...steps.map(
      ({ step, tookMs }, index) =>
        `  ${t('report.step', { number: index + 1, step: t(`steps.${step}`), seconds: seconds(tookMs) })}`,
    ),
  ];
}

function counted({ traffic, left, instrument }: Proof, t: Translate): string[] {
  return [
    t('report.countedText', {
      packets: traffic.counted.packets,
      bytes: traffic.counted.bytes,
      agree: traffic.isComplete ? 'yes' : 'no',
      left: left.packets,
    }),
    t('report.instrument', instrument),
    t('report.processes'),
  ];
}

/** Each flow with its whole address: this is what is looked for. */
function elsewhere({ traffic }: Proof, t: Translate): string {
  const rows = traffic.foreign.map((flow) => [
    party(flow.from, t),
    flow.to,
    port(flow, t),
    process(flow.processes, t),
    ...numbers(flow, t),
  ]);
  const names = [...new Set(traffic.foreign.flatMap((flow) => flow.names))];
  const told = names.length === 0 ? [] : [t('report.names', { names: names.join(', ') })];
  return [table(rows, t), ...told].join('\n');
}

/** By party: IPv4 and IPv6 of one together. */
function between(flows: readonly JudgedFlow[], t: Translate): Row[] {
  const byWay = Map.groupBy(flows, (flow) =>
    [party(flow.from, t), party(flow.party, t), port(flow, t)].join('\t'),
  );
  return [...byWay].map(([way, all]) => {
    const processes = [...new Set(all.flatMap((flow) => flow.processes))].sort();
    return [...way.split('\t'), process(processes, t), ...numbers(sum(all), t)];
  });
}

function onLink({ traffic }: Proof, t: Translate): string {
  const byKind = Map.groupBy(traffic.onLink, ({ kind }) => kind);
  const rows = [...byKind].map(([kind, all]) => {
    const addresses = new Set(all.map(({ to }) => (/^fe80:/i.test(to) ? 'fe80::/10' : to)));
    return [`  ${t(`report.kinds.${kind}`)}`, [...addresses].sort().join(', '), ...numbers(sum(all), t)];
  });
  return align([
    [
      `  ${t('report.columns.kind')}`,
      ...['to', 'packets', 'bytes'].map((name) => t(`report.columns.${name}`)),
    ],
    ...rows,
    [`  ${t('report.kinds.arp')}`, '', ...numbers(traffic.arp, t)],
  ]);
}

const party = (name: string, t: Translate): string => t(`report.parties.${name}`);

function port({ port, protocol, part }: JudgedFlow, t: Translate): string {
  if (port === null) return t('report.parts.none', { protocol });
  // As text: a number of thousands would get a mark.
  return t(`report.parts.${part}`, { port: String(port), protocol });
}

function process(names: readonly string[], t: Translate): string {
  if (names.length === 0) return t('report.programs.kernel');
  return names.map((name) => (Object.hasOwn(groups, name) ? t(`report.programs.${name}`) : name)).join(', ');
}

const numbers = ({ packets, bytes }: Count, t: Translate): Row =>
  [packets, bytes].map((number) => t('report.number', { number }));

function table(rows: readonly Row[], t: Translate): string {
  const head = ['from', 'to', 'port', 'process', 'packets', 'bytes'].map((name) =>
    t(`report.columns.${name}`),
  );
  return align([head, ...rows].map((row) => [`  ${row[0]}`, ...row.slice(1)]));
}

/** Columns as wide as their widest cell; the last ones flush right where a row has all of them. */
function align(rows: readonly Row[]): string {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  const isNumber = (index: number) => count > NUMBERS + 1 && index >= count - NUMBERS;
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          isNumber(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Breaks a text into lines. What follows a mark stands below the text and not below the mark. */
function wrap(text: string, mark = ''): string {
  const indent = ' '.repeat(mark === '' ? (/^ */.exec(text)?.[0].length ?? 0) : mark.length);
  const lines: string[] = [];
  let line = '';
  // Not at no-break spaces.
  for (const word of text.trimStart().split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line]
    .map((each, index) => (index === 0 && mark !== '' ? mark : indent) + each)
    .join('\n');
}
