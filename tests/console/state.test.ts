import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { load, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { accountsOf } from './roles.ts';

const app = await RunningApp.start();
t.teardown(() => app.stop());
const database = await openDatabase(app.databaseFile);
t.teardown(() => database.destroy());
const owner = await signedIn(app, 'owner');

/** What a card says: its sign's word, then its sentences. */
function cardOf(page: { readonly text: string }, name: string): string {
  const [, card = ''] =
    new RegExp(`aria-labelledby="state-${name}">(.*?)</section>`, 's').exec(page.text) ?? [];
  return textOf({ text: card }).trim();
}

t.test('the overview says of everything how it is and what to do', async (t) => {
  const page = await load(app, owner, '/console');
  t.equal(page.status, 200);
  t.match(cardOf(page, 'calls'), /Nobody is in a call/);
  t.match(cardOf(page, 'media'), /Not working .*does not answer.*started again/);
  t.match(cardOf(page, 'relay'), /Not known/);
  t.match(cardOf(page, 'mail'), /Needs attention .*No mail relay is set.*mail\.host/);
  t.match(cardOf(page, 'disk'), /free/);
  t.match(cardOf(page, 'certificate'), /In order .*\d+ more days, and renewed by itself/);
  t.match(cardOf(page, 'backup'), /Needs attention .*No backup/);
  t.match(cardOf(page, 'retention'), /has not run yet/);
  t.match(cardOf(page, 'matomo'), /comes with the containers/);
  t.match(textOf(page), /things need attention now/);
});

t.test('jobs: done, old, failed, cut off', async (t) => {
  const hour = 60 * 60_000;
  const now = Date.now();
  const cases = [
    [{ started_at: now - hour, ended_at: now - hour, outcome: 'done' }, /In order .*Done on/],
    [
      { started_at: now - 9 * 24 * hour, ended_at: now - 9 * 24 * hour, outcome: 'done' },
      /Needs attention .*9 days ago/,
    ],
    [{ started_at: now - hour, ended_at: now - hour, outcome: 'failed' }, /Not working .*failed/],
    [{ started_at: now - hour, ended_at: null, outcome: null }, /In order .*Running since/],
    [{ started_at: now - 25 * hour, ended_at: null, outcome: null }, /Not working .*failed/],
  ] as const;
  for (const [job, said] of cases) {
    await database('jobs')
      .insert({ name: 'backup', ...job })
      .onConflict('name')
      .merge();
    t.match(cardOf(await load(app, owner, '/console'), 'backup'), said);
  }
});

t.test('who may not see the overview lands where they can do something', async (t) => {
  for (const [role, reader] of Object.entries(await accountsOf(app))) {
    const page = await load(app, reader, '/console');
    const sees = ['owner', 'administrator', 'technical', 'dpo'].includes(role);
    t.equal(page.status, sees ? 200 : 303, role);
    if (!sees) t.equal(page.headers.location, '/console/rooms', role);
    t.equal(
      (await load(app, reader, '/console/health')).status,
      ['owner', 'technical'].includes(role) ? 200 : 404,
      role,
    );
  }
});

t.test('an administrator sees their organisation, and nothing of the machine', async (t) => {
  const administrator = await signedIn(app, 'administrator');
  const page = await load(app, administrator, '/console');
  t.match(cardOf(page, 'organisation'), /\d+ people/);
  t.match(cardOf(page, 'letters'), /No letter/);
  for (const name of ['disk', 'media', 'certificate', 'backup', 'matomo'])
    t.equal(cardOf(page, name), '', name);
});

t.test('health: what the app itself knows', async (t) => {
  const page = await load(app, owner, '/console/health');
  t.match(cardOf(page, 'database'), /SQLite 3\.\d+/);
  t.match(cardOf(page, 'relay_way'), /Not working/);
  t.match(cardOf(page, 'versions'), /Linkello \d+\.\d+\.\d+, Node 24\./);
  t.match(cardOf(page, 'app'), /Runs for/);
  t.match(cardOf(page, 'clock'), /In order/);
  await database('audit').insert({
    number: 1_000_000,
    at: Date.now() + 60 * 60_000,
    action: 'backup.made',
    actor_kind: 'command',
    details: '{}',
    previous_hash: '',
    hash: '',
  });
  t.match(cardOf(await load(app, owner, '/console/health'), 'clock'), /Not working .*already/);
});

t.test('Matomo is asked, and no page waits for it', async (t) => {
  let answer: object | null = null;
  const matomo = createServer((request, response) => {
    if (answer === null) return;
    t.equal(request.url, '/linkello/status.json');
    response.end(JSON.stringify(answer));
  });
  matomo.listen(0, '127.0.0.1');
  t.teardown(() => {
    matomo.closeAllConnections();
    matomo.close();
  });
  process.env.LINKELLO_ANALYTICS_URL = `http://127.0.0.1:${(await new Promise<AddressInfo>((resolve) => matomo.once('listening', () => resolve(matomo.address() as AddressInfo)))).port}`;
  let now = Date.now();
  const asking = await RunningApp.start({}, { clock: () => now });
  delete process.env.LINKELLO_ANALYTICS_URL;
  t.teardown(() => asking.stop());
  const reader = await signedIn(asking, 'owner');
  const card = async () => cardOf(await load(asking, reader, '/console'), 'matomo');

  t.match(await card(), /being asked/, 'it does not answer yet');
  await until('it is given up', card, (said) => /does not answer/.test(said));
  const settings = [{ name: 'doNotTrackEnabled', wanted: true, found: true }];
  const about = {
    checkedAt: '2026-01-01T00:00:00Z',
    version: '5.3.1',
    sites: [],
    visits: { count: 0, oldestAt: null, days: [] },
  };
  answer = { ...about, settings };
  now += 31_000;
  await until('it is asked again', card, (said) => /Matomo 5\.3\.1 runs/.test(said));
  answer = { ...about, settings: [{ name: 'doNotTrackEnabled', wanted: true, found: false }] };
  now += 31_000;
  await until('a wrong setting is seen', card, (said) => /Not working .*1 privacy setting/.test(said));
});
