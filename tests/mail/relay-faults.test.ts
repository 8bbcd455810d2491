import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import t from 'tap';
import { HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { PostOffice, someLetter } from './post-office.ts';
import { type RelayOptions, refusal, TestRelay } from './relay.ts';
import { scene } from './scene.ts';

t.test('nothing goes out unencrypted, to a stranger or with a wrong password', async (t) => {
  const login = { user: 'linkello', password: 'right' };
  const dayMs = 24 * HOUR_MS;
  const cases: [string, RelayOptions, Record<string, unknown>, string][] = [
    [
      'no STARTTLS',
      { server: { disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true } },
      {},
      'no_starttls',
    ],
    ['no TLS where it begins with it', {}, { security: 'tls' }, 'tls_failed'],
    ['TLS where none is expected yet', { security: 'tls' }, { security: 'starttls' }, 'relay_silent'],
    ['nobody there', {}, { port: 1 }, 'relay_unreachable'],
    ['a certificate for another host', { hosts: ['other.example'] }, {}, 'certificate_refused'],
    ['a certificate that has ended', { endsAt: Date.now() - dayMs / 2 }, {}, 'certificate_refused'],
    [
      'the same with TLS',
      { security: 'tls', hosts: ['other.example'] },
      { security: 'tls' },
      'certificate_refused',
    ],
    ['an unknown authority', {}, { ca_file: null }, 'certificate_refused'],
    ['no such file', {}, { ca_file: '/nowhere/ca.pem' }, 'settings_unreadable'],
    ['no login is offered', {}, { user: 'x', password_file: 'right' }, 'login_not_offered'],
    ['a wrong password', { login }, { user: 'linkello', password_file: 'wrong' }, 'login_refused'],
    [
      'no login, where one is needed',
      { login, server: { authOptional: false } },
      { user: null, password_file: null },
      'login_needed',
    ],
  ];
  for (const [name, options, settings, fault] of cases) {
    await t.test(name, async (t) => {
      const files = t.testdir({ right: 'right\n', wrong: 'wrong\n' });
      for (const file of ['right', 'wrong']) await chmod(`${files}/${file}`, 0o600);
      const relay = await TestRelay.start(options);
      const given = { ...(await relay.settings(files)), ...settings };
      if (typeof given.password_file === 'string') given.password_file = `${files}/${given.password_file}`;
      const post = await PostOffice.open({ folder: files, relay: given });
      t.teardown(async () => {
        await post.close();
        await relay.stop();
      });
      const id = await post.post(someLetter());
      await post.delivery.pass();
      t.match(await post.row(id), { state: 'waiting', last_fault: fault });
      t.equal(relay.taken.length, 0);
      t.match(post.delivery.relayFault, { fault: { code: fault } });
      t.notMatch(post.log.join(''), /wrong|linkello|zoe/);
    });
  }
});

t.test('whoever logs in wrongly is not tried again for every letter', async (t) => {
  const login = { user: 'linkello', password: 'right' };
  let logins = 0;
  const { post, clock } = await scene(t, {
    login,
    server: {
      onAuth: (_auth, _session, done) => {
        logins += 1;
        done(refusal(535, '5.7.8 No'));
      },
    },
  });
  await post.post(someLetter());
  await post.delivery.pass();
  t.equal(logins, 1);
  for (let count = 0; count < 5; count += 1) {
    await post.post(someLetter());
    await post.delivery.pass();
  }
  t.equal(logins, 1, 'accounts are locked for that');
  clock.now += 2 * MINUTE_MS;
  await post.delivery.pass();
  t.equal(logins, 2);
});

t.test('a relay that says nothing is given up on in time', async (t) => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const limits = { connectMs: 300, idleMs: 300, wholeMs: 600 };
  const { post } = await scene(t, {}, (relay) => ({ relay: { ...relay, port }, limits }));
  t.teardown(() => new Promise((resolve) => silent.close(resolve)));
  const id = await post.post(someLetter());
  await post.delivery.pass();
  t.match(await post.row(id), { state: 'waiting', last_fault: 'relay_silent', attempts: 1 });
});

t.test('a relay that is slow in the middle of a letter does not hold the others for ever', async (t) => {
  const limits = { connectMs: 2_000, idleMs: 400, wholeMs: 3_000 };
  let isSlow = true;
  const { post, relay, clock } = await scene(
    t,
    {
      server: {
        onMailFrom: (_address, _session, done) => {
          if (!isSlow) done();
        },
      },
    },
    () => ({ limits }),
  );
  const id = await post.post(someLetter());
  await post.delivery.pass();
  t.match(await post.row(id), { state: 'waiting', attempts: 1, last_fault: 'relay_silent' });
  isSlow = false;
  clock.now += 2 * MINUTE_MS;
  await post.delivery.pass();
  t.equal(relay.taken.length, 1);
});
