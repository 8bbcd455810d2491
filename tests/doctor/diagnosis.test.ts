import { stripVTControlCharacters as bare, styleText } from 'node:util';
import t from 'tap';
import { loadConfig } from '../../config/load.ts';
import type { Finding } from '../../scripts/doctor/catalogue.ts';
import type { Check } from '../../scripts/doctor/check.ts';
import { carryOut, diagnose, toRecord } from '../../scripts/doctor/diagnosis.ts';
import { Patient } from '../../scripts/doctor/patient.ts';
import { Report, type ReportOptions } from '../../scripts/doctor/report.ts';

const good: Finding = { status: 'green', code: 'off', params: {} };
const amber: Finding = { status: 'amber', code: 'half_tried', params: { places: ['UDP 192.0.2.1:3478'] } };
const red = (place: string, reason = 'silent'): Finding => ({
  status: 'red',
  code: 'blocked',
  params: { places: [place], reason },
});

const config = await loadConfig({ LINKELLO_DATA: t.testdir() });
const patient = new Patient({ config, shownFile: 'linkello.yaml', fileExists: false, changed: [] });
const check = (examine: Check['examine'], deadlineMs = 30_000): Check => ({
  name: 'relay',
  deadlineMs,
  examine,
});

t.test(
  'the worst finding is the diagnosis, and what is right is not told beside what is wrong',
  async (t) => {
    t.match(diagnose('relay', [good, amber, red('TCP')], 5), {
      status: 'red',
      findings: [{ status: 'red' }, { status: 'amber' }],
      tookMs: 5,
    });
    t.equal(diagnose('relay', [good, amber, red('TCP')], 5).findings.length, 2);
    t.match(diagnose('relay', [good], 5), { status: 'green', findings: [{ code: 'off' }] });
  },
);

t.test('a check that breaks is red, with its reason on one line', async (t) => {
  const broken = await carryOut(
    check(async () => {
      throw new Error('the first\n  reason', { cause: new Error('the second') });
    }),
    patient,
  );
  t.match(broken, { status: 'red', findings: [{ code: 'broken' }] });
  const { found, cure } = toRecord(broken, 'en');
  t.equal(found, 'This could not be looked at: the first reason: the second.');
  t.match(cure, /Try again/);
  const odd = check(() => Promise.reject('a text'));
  t.match(toRecord(await carryOut(odd, patient), 'en').found, 'at: a text.');
});

t.test('a check that hangs is red, and told that its time is over', async (t) => {
  let isTold = false;
  const hanging = check((_patient, signal) => {
    signal.addEventListener('abort', () => {
      isTold = true;
    });
    return new Promise(() => {});
  }, 50);
  t.match(await carryOut(hanging, patient), { status: 'red', findings: [{ code: 'late' }] });
  t.ok(isTold);
});

const options: ReportOptions = { language: 'en', width: null, colour: false, names: ['relay', 'media_udp'] };
const diagnosis = diagnose('relay', [red('UDP 192.0.2.1:3478'), red('TLS 192.0.2.1:5349', 'refused')], 5);

t.test('without a terminal: a line each finding, and the cure once behind those that it cures', async (t) => {
  const text = new Report(options).diagnosis(diagnosis);
  const [first = '', second = '', cure = '', ...rest] = text.trimEnd().split('\n');
  t.same(rest, []);
  t.match(first, /^✗ red {4}relay {7}UDP 192\.0\.2\.1:3478: nothing answers\.$/);
  t.match(second, /^ +TLS 192\.0\.2\.1:5349: nobody listens there\.$/);
  t.match(cure, /^ +→ Start the relay/);
  t.equal(first.indexOf('UDP'), second.indexOf('TLS'));
  t.equal(first.indexOf('UDP'), cure.indexOf('→'));
});

t.test('on a terminal no line is longer than that', async (t) => {
  for (const language of ['en', 'fr'] as const) {
    for (const width of [60, 80, 132]) {
      const text = new Report({ ...options, language, width }).diagnosis(diagnosis);
      for (const line of text.split('\n')) t.ok(line.length <= width, `${width}: ${line}`);
      const whole = new Report({ ...options, language }).diagnosis(diagnosis);
      const words = (given: string) => given.split(/[ \n]+/).join(' ');
      t.equal(words(text), words(whole), 'nothing is lost');
    }
  }
  const narrow = new Report({ ...options, width: 20 }).diagnosis(diagnosis);
  t.equal(narrow, new Report(options).diagnosis(diagnosis), 'too narrow to be broken well');
});

t.test('colours are paint on words that are there without them', async (t) => {
  const plain = new Report(options);
  const painted = new Report({ ...options, colour: true });
  for (const finding of [good, amber, red('UDP')]) {
    const one = diagnose('relay', [finding], 1);
    t.equal(bare(painted.diagnosis(one)), plain.diagnosis(one));
    t.match(plain.diagnosis(one), { green: /✓ ok/, amber: /! amber/, red: /✗ red/ }[finding.status]);
    const colour = { green: 'green', amber: 'yellow', red: 'red' } as const;
    const [begin = ''] = styleText(colour[finding.status], '|', { validateStream: false }).split('|');
    t.ok(painted.diagnosis(one).startsWith(begin));
  }
  const all = [diagnosis, diagnose('mail', [good], 1)];
  t.match(plain.foot(all, 1234), /^\n1 ok, 0 amber, 1 red, in 1\.2 s\.\n/);
  t.equal(bare(painted.foot(all, 1234)), plain.foot(all, 1234));
});
