import { readdir, rm } from 'node:fs/promises';
import t from 'tap';
import { linkello } from '../config/linkello.ts';
import { KeptLog, someone } from './kept-log.ts';

t.test('verify says that the log is whole, and what to note; a later verify holds against it', async (t) => {
  const kept = await KeptLog.make(5);
  t.teardown(() => kept.remove());
  const { environment: env } = kept;
  const first = await linkello(['audit', 'verify'], { env: { ...env, LANG: 'C' } });
  t.match(first, { code: 0, stderr: '' });
  t.match(first.stdout, /whole: 5 entries/);
  const note = /--since (5:[0-9a-f]{64})\n$/.exec(first.stdout)?.[1] ?? '';
  await kept.log.record(someone, { action: 'room.made' });
  t.match(await linkello(['audit', 'verify', '--since', note], { env }), { code: 0 });
  const other = await linkello(['audit', 'verify', '--since', note.replace('5:', '4:')], { env });
  t.equal(other.code, 1);
  t.match(other.stdout, /Number 4 is not the entry that was noted/);
  const french = await linkello(['audit', 'verify'], { env: { ...env, LANG: 'fr_FR.UTF-8' } });
  t.match(french.stdout, /intact\u00a0: 6 entrées/);
});

t.test(
  'verify names the row that was altered, with the app running or not, and writes nothing',
  async (t) => {
    const kept = await KeptLog.make(5);
    t.teardown(() => kept.remove());
    await kept.tamper("UPDATE audit SET actor_id = 'somebody-else' WHERE number = 3");
    const verified = await linkello(['audit', 'verify'], { env: kept.environment });
    t.equal(verified.code, 1);
    t.match(verified.stdout, /1 fault in 5 entries/);
    t.match(verified.stdout, /Number 3 was changed/);
    await kept.database.destroy();
    t.equal((await linkello(['audit', 'verify'], { env: kept.environment })).stdout, verified.stdout);
  },
);

t.test('export writes JSON lines, its own entry among them', async (t) => {
  const kept = await KeptLog.make(3);
  t.teardown(() => kept.remove());
  const exported = await linkello(['audit', 'export'], { env: kept.environment });
  t.match(exported, { code: 0, stderr: '' });
  const lines = exported.stdout.trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line));
  t.equal(entries.length, 4);
  const first = await kept.row(1);
  t.strictSame(entries[0], {
    number: 1,
    at: '2026-01-05T08:01:00.000Z',
    action: 'room.made',
    actor: { kind: 'person', id: someone.id },
    organisationId: null,
    object: { kind: 'room', id: 'room-1' },
    details: {},
    requestId: someone.requestId,
    previousHash: '0'.repeat(64),
    hash: first.hash,
  });
  t.match(entries[3], {
    action: 'audit.exported',
    actor: { kind: 'command', id: null },
    details: { format: 'jsonl', from: 1 },
  });
  t.strictSame((await kept.verify()).faults, []);
});

t.test('export goes on from a number, as syslog with the length of each message before it', async (t) => {
  const kept = await KeptLog.make(3);
  t.teardown(() => kept.remove());
  const { environment: env } = kept;
  const exported = await linkello(['audit', 'export', '--format', 'syslog', '--from', '3'], { env });
  t.equal(exported.code, 0);
  const messages: string[] = [];
  for (let rest = Buffer.from(exported.stdout); rest.length > 0; ) {
    const blank = rest.indexOf(' ');
    const end = blank + 1 + Number(rest.subarray(0, blank));
    messages.push(rest.subarray(blank + 1, end).toString());
    rest = rest.subarray(end);
  }
  t.equal(messages.length, 2);
  t.match(
    messages[0],
    /^<109>1 2026-01-05T08:03:00\.000Z localhost linkello - room\.made \[audit@32473 number="3" /,
  );
  t.match(
    messages[1],
    / audit\.exported \[.* number="4" .*details="{\\"format\\":\\"syslog\\",\\"from\\":3}"/,
  );
});

t.test('a wrong use is answered with the right one', async (t) => {
  const wrong = [
    [],
    ['look'],
    ['verify', 'now'],
    ['verify', '--since', '12'],
    ['verify', '--until', '12'],
    ['export', '--format', 'xml'],
    ['export', '--from', '0'],
    ['export', '--from', '-1'],
  ];
  for (const args of wrong) {
    const { code, stdout, stderr } = await linkello(['audit', ...args]);
    t.strictSame([code, stdout], [2, ''], args.join(' '));
    t.match(stderr, /^Usage: linkello audit verify/);
  }
});

t.test('without a database or its key nothing is verified, and neither is made', async (t) => {
  const kept = await KeptLog.make(1);
  t.teardown(() => kept.remove());
  const { environment: env } = kept;
  const folder = `${env.LINKELLO_DATA}/app`;
  await kept.database.destroy();
  await rm(`${folder}/audit-key`);
  const keyless = await linkello(['audit', 'verify'], { env });
  t.match(keyless, { code: 1, stderr: /There is no key .*audit-key/ });
  for (const end of ['', '-wal', '-shm']) await rm(`${kept.databaseFile}${end}`, { force: true });
  for (const order of ['verify', 'export']) {
    t.match(await linkello(['audit', order], { env }), { code: 1, stdout: '', stderr: /There is no/ });
  }
  t.strictSame(await readdir(folder), []);
});
