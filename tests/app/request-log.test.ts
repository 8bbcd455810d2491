import t from 'tap';
import { cutAddress, networkOf } from '../../app/edge/network-address.ts';
import { asBrowser, RunningApp } from './running-app.ts';

t.test('a line for each request, and in it nothing about whose it was or which room', async (t) => {
  const running = await RunningApp.start();
  t.teardown(() => running.stop());
  const secrets = ['board-meeting', 'Vorstand', 'tok3n', 'Mozilla', 'ref3rrer', 'c00kie', 'evil.example'];
  const headers = {
    ...asBrowser,
    'user-agent': 'Mozilla/5.0',
    referer: 'https://ref3rrer/',
    cookie: 'x=c00kie',
    'x-forwarded-for': '203.0.113.9',
  };
  const asked: [path: string, route: string | null, status: number][] = [
    ['/', '/', 200],
    ['/r?name=Vorstand', '/r', 303],
    ['/r/Board%20meeting?token=tok3n', '/r/:name', 302],
    ['/r/board-meeting?token=tok3n', '/r/:name', 503],
    ['/board-meeting/tok3n', null, 404],
    ['/assets/board-meeting', '/assets/:name', 404],
  ];
  for (const [path] of asked) await running.ask(path, { headers });
  await running.ask('/board-meeting', {
    headers: { ...headers, host: 'evil.example' },
    method: 'POST',
    body: 'tok3n',
  });

  const lines = running.log.filter(({ msg }) => msg === 'request');
  t.match(
    lines,
    [...asked, [null, null, 421] as const].map(([, route, status]) => ({
      level: 'info',
      time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      method: /^(GET|POST)$/,
      route,
      status,
      durationMs: Number,
      requestId: /^[0-9a-f]{12}$/,
      address: '127.0.0.0/24',
    })),
  );
  t.equal(lines.length, asked.length + 1);
  t.equal(new Set(lines.map(({ requestId }) => requestId)).size, lines.length);
  const text = JSON.stringify(running.log);
  for (const secret of secrets) t.notOk(text.includes(secret), secret);
  t.notMatch(text, /127\.0\.0\.1|203\.0\.113/);
});

t.test('addresses can be left out', async (t) => {
  const running = await RunningApp.start({ privacy: { log_addresses: 'off' } });
  t.teardown(() => running.stop());
  await running.ask('/');
  const [line] = running.log.filter(({ msg }) => msg === 'request');
  t.notOk('address' in (line ?? {}));
  t.notMatch(JSON.stringify(running.log), '127.0.0');
});

t.test('addresses are cut to their network', async (t) => {
  const cases: Record<string, string> = {
    '192.0.2.77': '192.0.2.0/24',
    '::ffff:192.0.2.77': '192.0.2.0/24',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1::/48',
    '::1': '::/48',
    'fe80::1%eth0': 'fe80::/48',
    '': 'unknown',
    nonsense: 'unknown',
    '192.0.2.77/8': 'unknown',
  };
  for (const [address, cut] of Object.entries(cases)) t.equal(cutAddress(address), cut, address);
});

t.test('the network that the audience is measured by', (t) => {
  for (const [address, network] of [
    ['198.51.100.7', '198.51.0.0'],
    ['::ffff:198.51.100.7', '198.51.0.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['fe80::1%eth0', 'fe80::'],
    ['somewhere', '0.0.0.0'],
    ['', '0.0.0.0'],
  ] as const)
    t.equal(networkOf(address), network, address);
  t.end();
});
