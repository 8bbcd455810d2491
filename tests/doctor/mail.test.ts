import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { inspectConfig } from '../../config/load.ts';
import { mail } from '../../scripts/doctor/checks/mail.ts';
import { carryOut, toRecord } from '../../scripts/doctor/diagnosis.ts';
import { Patient } from '../../scripts/doctor/patient.ts';
import { type RelayOptions, refusal, TestRelay } from '../mail/relay.ts';

const login = { user: 'linkello', password: 'right one' };

async function examine(t: Test, settings: Record<string, unknown> | null) {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'linkello.yaml');
  await writeFile(file, stringify(settings === null ? {} : { mail: settings }));
  const environment = { LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') };
  const patient = new Patient(await inspectConfig(environment), environment);
  const diagnosis = await carryOut(mail, patient);
  return { ...toRecord(diagnosis, 'en'), french: toRecord(diagnosis, 'fr') };
}

async function withRelay(t: Test, options: RelayOptions, change: Record<string, unknown> = {}) {
  const relay = await TestRelay.start(options);
  t.teardown(() => relay.stop());
  const settings = { ...(await relay.settings(t.testdir(), options)), ...change };
  return { relay, ...(await examine(t, settings)) };
}

t.test('no relay is no fault', async (t) => {
  t.match(await examine(t, null), { status: 'green', codes: ['no_relay'] });
});

t.test('a relay that would take letters, and gets none', async (t) => {
  const plain = await withRelay(t, {});
  t.match(plain, { status: 'green', codes: ['takes'], found: /127\.0\.0\.1:\d+ answers, encrypted/ });
  const secret = await withRelay(t, { security: 'tls', login });
  t.match(secret, { status: 'green', codes: ['takes_login'] });
  t.equal(plain.relay.taken.length + secret.relay.taken.length, 0);
});

t.test('what is wrong, with its cure', async (t) => {
  const folder = t.testdir({ wrong: 'wrong one\n' });
  await chmod(join(folder, 'wrong'), 0o600);
  const cases: [RelayOptions, Record<string, unknown>, string, RegExp][] = [
    [{ login }, { password_file: join(folder, 'wrong') }, 'login_refused', /mail\.password_file/],
    [{}, { user: 'x', password_file: join(folder, 'wrong') }, 'login_not_offered', /mail\.user/],
    [{ hosts: ['other.example'] }, {}, 'certificate', /mail\.ca_file/],
    [{}, { ca_file: null }, 'certificate', /authority of your own/],
    [{ server: { disabledCommands: ['STARTTLS', 'AUTH'] } }, {}, 'no_starttls', /mail\.security to tls/],
    [{}, { security: 'tls' }, 'not_encrypted', /mail\.port and mail\.security/],
    [{}, { port: 1 }, 'unreachable', /firewall/],
    [
      { server: { onConnect: (_session, done) => done(refusal(554, 'Not you')) } },
      {},
      'refuses',
      /let this server in/,
    ],
  ];
  for (const [options, change, code, cure] of cases) {
    await t.test(code, async (t) => {
      const seen = await withRelay(t, options, change);
      t.match(seen, { status: 'red', codes: [code], cure });
      t.ok(seen.french.cure);
      t.notMatch(JSON.stringify(seen), /right one|wrong one/);
      t.equal(seen.relay.taken.length, 0);
    });
  }
});

t.test('one that says nothing is found in time', async (t) => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => silent.close(resolve)));
  const { port } = silent.address() as { port: number };
  const seen = await examine(t, { host: '127.0.0.1', port, from_address: 'meet@hospital.example' });
  t.match(seen, { status: 'red', codes: ['silent'] });
});
