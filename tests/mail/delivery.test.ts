import t from 'tap';
import { HOUR_MS, MINUTE_MS } from '../../app/kernel/clock.ts';
import { until } from '../deadline.ts';
import { PostOffice, someLetter } from './post-office.ts';
import { refusal, TestRelay } from './relay.ts';
import { HandClock, scene } from './scene.ts';

t.test('TLS from the start, with a login', async (t) => {
  const login = { user: 'linkello', password: 'a pass word – très long, with ü' };
  const { relay, post } = await scene(t, { security: 'tls', login });
  const id = await post.post(someLetter());
  await post.delivery.pass();
  t.match(relay.taken, [{ user: 'linkello', isEncrypted: true }]);
  t.match(await post.row(id), { state: 'sent' });
});

t.test('the relay is down, then up: nothing is lost, and all goes out at once', async (t) => {
  const { relay, post, clock, folder } = await scene(t);
  const { port, authority } = relay;
  await relay.stop();
  const ids = [];
  for (let count = 0; count < 12; count += 1) ids.push(await post.post(someLetter({ subject: `${count}` })));
  await post.delivery.pass();
  for (const id of ids) t.match(await post.row(id), { state: 'waiting', last_fault: 'relay_unreachable' });
  t.match(post.delivery.relayFault, { fault: { code: 'relay_unreachable' }, count: 1 });
  const attempts = async () => (await post.database('letters').sum({ sum: 'attempts' }))[0]?.sum;
  t.ok((await attempts()) <= 4, 'not every letter asks a relay that is not there');
  const before = await attempts();
  await post.delivery.pass();
  t.equal(await attempts(), before, 'it waits before it asks again');
  clock.now += 2 * MINUTE_MS;
  await post.delivery.pass();
  t.equal(await attempts(), before + 1, 'then one letter asks');
  t.match(post.delivery.relayFault, { count: 2 });

  const again = await TestRelay.start({ port });
  t.teardown(() => again.stop());
  await again.settings(folder);
  t.not(again.authority.pem, authority.pem, 'with another authority, read without a restart');
  const fresh = await post.post(someLetter({ subject: 'fresh' }));
  await post.delivery.pass();
  t.equal(again.taken.length, 13, 'a new letter finds out that it is back, and the others follow');
  for (const id of [...ids, fresh]) t.match(await post.row(id), { state: 'sent', html: '' });
  t.equal(post.delivery.relayFault, null);
  t.equal(new Set(again.taken.map(({ parsed }) => parsed.subject)).size, 13);
});

t.test('a recipient that is refused for good is not tried again; the others are served', async (t) => {
  const { post, relay } = await scene(t, {
    server: {
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('nobody') ? done(refusal(550, `5.1.1 <${address}>: no such user`)) : done(),
    },
  });
  const refused = await post.post(
    someLetter({ to: { email: 'nobody@clinic.example', name: 'Nobody Known', language: 'en' } }),
  );
  const taken = await post.post(someLetter());
  await post.delivery.pass();
  t.match(await post.row(refused), {
    state: 'given_up',
    last_fault: 'recipient_refused',
    last_reply: '550 5.1.1',
    attempts: 1,
    text: '',
    html: '',
    subject: '',
  });
  t.match(await post.row(taken), { state: 'sent' });
  t.equal(relay.taken.length, 1);
  t.equal(post.delivery.relayFault, null);
  t.same(post.delivery.counts, { sent: 1, givenUp: 1 });
  t.notMatch(post.log.join(''), /nobody|zoe|clinic|Known|Zoé/i, 'no address and no name is logged');
  t.match(post.log.join(''), /"fault":"recipient_refused","reply":"550 5\.1\.1"/);
});

t.test('greylisting: refused for now, taken later, with waits that grow', async (t) => {
  let refusals = 3;
  const { post, relay, clock } = await scene(t, {
    server: {
      onRcptTo: (_address, _session, done) => {
        refusals -= 1;
        if (refusals < 0) return done();
        done(refusal(451, '4.7.1 Greylisted, come back later'));
      },
    },
  });
  const id = await post.post(someLetter());
  const waits = [];
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await post.delivery.pass();
    const row = await post.row(id);
    t.match(row, {
      state: 'waiting',
      attempts: attempt,
      last_fault: 'recipient_delayed',
      last_reply: '451 4.7.1',
    });
    waits.push(row.next_attempt_at - clock.now);
    clock.now = row.next_attempt_at - 1;
    await post.delivery.pass();
    t.equal((await post.row(id)).attempts, attempt, 'not before its time');
    clock.now += 1;
  }
  const [first = 0, second = 0, third = 0] = waits;
  t.ok(first >= MINUTE_MS && first <= 1.1 * MINUTE_MS, `${first}`);
  t.ok(second >= 5 * MINUTE_MS && second <= 5.5 * MINUTE_MS, `${second}`);
  t.ok(third >= 15 * MINUTE_MS && third <= 16.5 * MINUTE_MS, `${third}`);
  await post.delivery.pass();
  t.match(await post.row(id), { state: 'sent', attempts: 4, last_fault: null, last_reply: null });
  t.equal(relay.taken.length, 1);
});

t.test('somebody who waits for a link to sign in does not wait for long', async (t) => {
  const { post, clock } = await scene(t, {
    server: { onRcptTo: (_address, _session, done) => done(refusal(450, '4.2.0 Later')) },
  });
  const id = await post.post(someLetter({ isSensitive: true, expiresAt: clock.now + 15 * MINUTE_MS }));
  let attempts = 0;
  while ((await post.row(id)).state === 'waiting') {
    await post.delivery.pass();
    const row = await post.row(id);
    if (row.state === 'waiting') attempts = row.attempts;
    clock.now = row.next_attempt_at;
  }
  t.ok(attempts >= 6, `${attempts} attempts`);
  t.match(await post.row(id), { state: 'expired', text: '', html: '', subject: '' }, 'then it is of no use');
});

t.test('given up after a day, not before, with a last attempt then', async (t) => {
  const { post, clock } = await scene(t, {
    server: { onRcptTo: (_address, _session, done) => done(refusal(452, '4.2.2 Mailbox full')) },
  });
  const begun = clock.now;
  const id = await post.post(someLetter());
  while ((await post.row(id)).state === 'waiting') {
    await post.delivery.pass();
    const row = await post.row(id);
    if (row.state === 'waiting') clock.now = row.next_attempt_at;
  }
  t.equal(clock.now - begun, 24 * HOUR_MS);
  t.match(await post.row(id), {
    state: 'given_up',
    last_fault: 'recipient_delayed',
    done_at: clock.now,
    html: '',
  });
});

t.test(
  'a relay that is down for a day: every letter is given up, whether it asked itself or not',
  async (t) => {
    const { post, clock, relay } = await scene(t);
    await relay.stop();
    for (let count = 0; count < 8; count += 1) await post.post(someLetter());
    const states = async () => post.database('letters').distinct('state').pluck('state');
    const begun = clock.now;
    while (clock.now - begun < 23 * HOUR_MS) {
      await post.delivery.pass();
      clock.now += 20 * MINUTE_MS;
    }
    t.same(await states(), ['waiting']);
    clock.now = begun + 25 * HOUR_MS;
    await post.delivery.pass();
    t.same(await states(), ['given_up']);
    t.same(await post.database('letters').distinct('html').pluck('html'), ['']);
    t.equal(post.delivery.counts.givenUp, 8);
  },
);

t.test('two that send from one database send nothing twice', async (t) => {
  const { post, relay, folder, clock } = await scene(t);
  const other = await PostOffice.open({ folder, relay: await relay.settings(folder), clock: clock.read });
  t.teardown(() => other.close());
  for (let count = 0; count < 40; count += 1) await post.post(someLetter({ subject: `${count}` }));
  await Promise.all([post.delivery.pass(), other.delivery.pass()]);
  t.equal(relay.taken.length, 40);
  t.equal(new Set(relay.taken.map(({ parsed }) => parsed.subject)).size, 40);
  t.equal(post.delivery.counts.sent + other.delivery.counts.sent, 40);
  t.ok(other.delivery.counts.sent > 0 && post.delivery.counts.sent > 0, 'both had work');
});

t.test('no relay: letters stay, and do not all go out when one is there much later', async (t) => {
  const folder = t.testdir();
  const clock = new HandClock();
  const embedded = await PostOffice.open({ folder, relay: null, clock: clock.read });
  const old = await embedded.post(someLetter({ subject: 'old' }));
  const link = await embedded.post(
    someLetter({ subject: 'link', isSensitive: true, expiresAt: clock.now + 15 * MINUTE_MS }),
  );
  await embedded.delivery.pass();
  t.match(await embedded.row(old), { state: 'waiting', last_fault: 'no_relay', subject: 'old', attempts: 0 });
  t.match(await embedded.row(link), { state: 'waiting', subject: 'link' });
  clock.now += 30 * HOUR_MS;
  const young = await embedded.post(someLetter({ subject: 'young' }));
  await embedded.delivery.pass();
  t.match(await embedded.row(old), { state: 'waiting', subject: 'old' }, 'kept for its readers');
  t.match(await embedded.row(link), { state: 'expired', subject: '' });
  await embedded.close();

  const relay = await TestRelay.start();
  const post = await PostOffice.open({ folder, relay: await relay.settings(folder), clock: clock.read });
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  await post.delivery.start();
  await until(
    'the young letter is sent',
    () => post.row(young),
    ({ state }) => state === 'sent',
  );
  t.match(await post.row(old), { state: 'given_up', last_fault: 'no_relay', subject: '' });
  t.same(
    relay.taken.map(({ parsed }) => parsed.subject),
    ['young'],
  );
});
