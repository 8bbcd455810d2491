import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import t from 'tap';
import { dataFolders } from '../../config/data-folder.ts';
import { MeetingScene } from '../app/meeting-scene.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { MatomoStandIn } from './matomo-stand-in.ts';
import { browser } from './measured-app.ts';

/** Values that are found nowhere else; not one of them may reach Matomo. */
const slug = 'lumbar-puncture-4711';
const name = 'Zdenka Quickfox';
const email = 'zdenka.quickfox@patients.example';
const typed = 'I am afraid of needles';
/** Loopback has a whole network of them. */
const address = '127.93.84.75';

t.test('of a whole scenario Matomo hears no slug, name, e-mail, word or full address', async (t) => {
  const matomo = await MatomoStandIn.start(['meet.example.org']);
  t.teardown(() => matomo.down());
  process.env.LINKELLO_ANALYTICS_URL = matomo.origin;
  const appliance = await Appliance.start({
    sites: [{ host: 'meet.example.org' }],
    contact: { enabled: true, newsletter: true },
  }).finally(() => {
    delete process.env.LINKELLO_ANALYTICS_URL;
  });
  t.teardown(() => appliance.stop());
  await matomo.keepSecrets(dataFolders(join(appliance.dataFolder, 'data')).analyticsAccess);

  const agent = new Agent({ ca: await appliance.authority(), keepAlive: true });
  t.teardown(() => agent.destroy());
  const ask = async (path: string, { headers = {}, form }: { headers?: object; form?: object } = {}) => {
    const asked = request({
      agent,
      host: '127.0.0.1',
      servername: 'meet.example.org',
      localAddress: address,
      port: appliance.port,
      path,
      method: form ? 'POST' : 'GET',
      headers: {
        ...browser,
        host: 'meet.example.org',
        referer: `https://mail.example/inbox/${encodeURIComponent(email)}`,
        ...(form && {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
        }),
        ...headers,
      },
    });
    asked.end(form && new URLSearchParams({ ...form }).toString());
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    answer?.resume();
    return answer?.statusCode;
  };

  t.equal(await ask('/'), 200);
  await until(
    'the room can be entered',
    () => ask(`/r/${slug}?name=${encodeURIComponent(name)}`),
    (status) => status === 200,
  );
  t.equal(await ask(`/cookies?to=${encodeURIComponent(`/r/${slug}`)}`), 200);
  const scene = await MeetingScene.of(appliance);
  const guest = await scene.enter(slug, null, { name });
  const member = await signedIn(appliance, 'member', { name, email });
  const other = await scene.enter(slug, member, { name });
  await guest.client.request('sendChat', { text: typed }).catch(() => undefined);
  MeetingScene.leave([guest, other]);
  t.equal(await ask('/account', { headers: member.headers }), 200);
  t.equal(await ask('/console/rooms', { headers: member.headers }), 200);
  t.equal(await ask('/sign-in', { form: { email } }), 303);
  t.equal(await ask('/sign-in?to=%2Fconsole'), 200);
  t.equal(await ask('/contact'), 200);
  await ask('/contact', { form: { company: name, name, email, message: typed } });
  await ask('/newsletter', { form: { email } });
  await ask(`/privacy/request/${slug}`);
  await ask(`/newsletter/end/${slug}`);
  await ask(`/i/${slug}`);
  t.equal(await ask('/privacy'), 200);

  const last = 'https://meet.example.org:443/privacy'.replace(':443', `:${appliance.port}`);
  await until(
    'the last page',
    () => matomo.hits.at(-1)?.url,
    (url) => url === last,
  );
  const routes = matomo.hits.map(({ url = '' }) => new URL(url).pathname);
  for (const route of ['/', '/r/:name', '/cookies', '/sign-in', '/contact', '/privacy'])
    t.ok(routes.includes(route), route);
  t.same(matomo.faults, []);
  t.match(matomo.heard, /"token_auth":/, 'what is looked at is what came');
  t.ok(matomo.hits.every(({ cip }) => cip === '127.93.0.0'));
  const heard = matomo.heard.toLowerCase();
  for (const secret of [slug, name, email, typed, address, 'quickfox', 'patients.example', 'inbox'])
    t.notOk(heard.includes(secret.toLowerCase()), secret);
});
