import t from 'tap';
import { Agent, request } from 'undici';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { asBrowser, RunningApp } from './running-app.ts';

t.test('alive without the SFU, ready with it', async (t) => {
  const appliance = await Appliance.start();
  t.teardown(() => appliance.stop());
  const dispatcher = new Agent({ connect: { ca: await appliance.authority() } });
  t.teardown(() => dispatcher.close());
  const ask = async (path: string) => {
    const { statusCode, headers, body } = await request(appliance.url(path), { dispatcher });
    t.equal(headers['cache-control'], 'no-store');
    return [statusCode, await body.json()];
  };
  const isReady = () => ask('/health/ready');
  await until('ready', isReady, ([status]) => status === 200);
  t.same(await isReady(), [200, { status: 'ready' }]);
  await appliance.media.stop('SIGKILL');
  await until('not ready', isReady, ([status]) => status === 503);
  t.same(await isReady(), [503, { status: 'not ready', missing: ['media'] }]);
  t.same(await ask('/health/live'), [200, { status: 'live' }]);
  await appliance.media.start();
  await until('ready again', isReady, ([status]) => status === 200);
});

t.test('metrics for this machine, as Prometheus reads them', async (t) => {
  const running = await RunningApp.start();
  t.teardown(() => running.stop());
  await running.ask('/r/board-meeting');
  await running.ask('/nothing-here');
  const { status, headers, text } = await running.ask('/metrics');
  t.equal(status, 200);
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(
    text,
    /^linkello_http_request_duration_seconds_count\{method="GET",route="\/r\/:name",status="503"\} 1$/m,
  );
  t.match(
    text,
    /^linkello_http_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1$/m,
  );
  t.match(text, /^linkello_meetings 0$/m);
  t.match(text, /^linkello_participants 0$/m);
  t.match(text, /^process_resident_memory_bytes \d/m);
  t.notMatch(text, 'board-meeting');
});

t.test('metrics are there for nobody else', async (t) => {
  const running = await RunningApp.start();
  t.teardown(() => running.stop());
  const nothing = await running.ask('/nothing-here', { headers: asBrowser });
  for (const header of ['x-forwarded-for', 'forwarded', 'via']) {
    const { status } = await running.ask('/metrics', { headers: { ...asBrowser, [header]: '203.0.113.9' } });
    t.equal(status, nothing.status, `through a proxy on this machine (${header})`);
  }
  for (const [remoteAddress, status] of [
    ['127.0.0.1', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['192.0.2.9', 404],
    ['10.0.0.1', 404],
    ['::ffff:192.0.2.9', 404],
    ['2001:db8::1', 404],
  ] as const) {
    const answer = await running.app.inject({
      url: '/metrics',
      remoteAddress,
      headers: { host: 'localhost' },
    });
    t.equal(answer.statusCode, status, remoteAddress);
  }
});
