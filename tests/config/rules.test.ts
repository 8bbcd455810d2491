import t from 'tap';
import type { Config } from '../../config/load.ts';
import { loadConfig } from '../../config/load.ts';
import { rules } from '../../config/rules.ts';

const file = t.testdir({ 'x.yaml': 'media: { workers: 4 }\n' });
const base = await loadConfig({
  LINKELLO_CONFIG: `${file}/x.yaml`,
  LINKELLO_DATA: '/tmp/linkello-never-made',
});

type Parts = { readonly [Section in keyof Config]?: Partial<Config[Section]> };
const broken = (parts: Parts) => {
  const config = { ...base } as Record<string, unknown>;
  for (const [section, part] of Object.entries(parts)) {
    const before = config[section];
    config[section] =
      typeof part === 'object' && !Array.isArray(part) ? { ...(before as object), ...part } : part;
  }
  return rules
    .filter((rule) => [...rule.conflicts(config as unknown as Config)].length > 0)
    .map(({ name }) => name);
};

const acme = {
  directory: 'https://ca.example/directory',
  email: null,
  terms_agreed: true,
  ca_file: null,
  http_port: 80,
};
type Gateway = Config['clinic']['sms'];
const sending = (parts: Partial<Gateway>): Parts => ({
  clinic: { sms: { url: null, body: null, content_type: 'application/json', token_file: null, ...parts } },
});
const ordering = (parts: Partial<typeof acme>, host = 'meet.example'): Parts => ({
  sites: [site(host)],
  tls: { mode: 'acme', acme: { ...acme, ...parts } as Config['tls']['acme'] },
});

const site = (host: string): Config['sites'][number] => ({
  host,
  name: 'x',
  language: 'en',
  edition: 'pro',
  logo: null,
  colour: null,
  group: null,
});

/** A relay that needs no login. */
const relay = { host: 'smtp.example', from_address: 'meet@hospital.example' };
/** Who answers for the data, in earnest. */
const named = {
  trial: false,
  name: 'CHU',
  address: '1 rue X, 75001 Paris',
  dpo_email: 'dpo@hospital.example',
};
const login = { user: 'linkello', password_file: '/a' };

t.test('the defaults break no rule', async (t) => {
  t.same(broken({}), []);
});

t.test('what is only just right', async (t) => {
  const cases: Parts[] = [
    { publishedPort: 8443 },
    { https: { port: 44299 } },
    { https: { port: 44304 } },
    { media: { port: 65532 } },
    // The relay's media is UDP and its TLS port is TCP.
    { turn: { tls_port: 49200 } },
    { turn: { relay_ports: { min: 8443, max: 8500 } } },
    { turn: { relay_ports: { min: 50000, max: 50023 } } },
    // Ports of a relay that is off are free.
    { turn: { enabled: false, port: 8443, tls_port: 8443, relay_ports: { min: 2, max: 1 } } },
    { tls: { validity_days: 31, renew_before_days: 30 } },
    { tls: { mode: 'files', files: { certificate: '/a', key: '/a', chain: null } } },
    { turn: { port: 80, tls_port: 443 } },
    { turn: { port: 1024 } },
    { turn: { enabled: false, port: 5060 } },
    // Only an order needs the port for plain HTTP.
    { https: { port: 80 } },
    { sites: [site('meet.example'), site('10.0.0.1')], tls: { mode: 'acme', acme } },
    { media: { control: '127.0.0.1:8444' } },
    { media: { control: `/${'x'.repeat(106)}` } },
    { network: { announced_addresses: ['127.0.0.1', '192.168.1.2', '169.254.1.1', 'fd00::1'] } },
    { sites: [site('a.example.org'), site('b.example.org')] },
    { media: { secret_file: '/a' }, turn: { secret_file: '/b' } },
    { controller: named },
    { controller: { ...named, dpo_email: null, dpo_address: '1 rue X, 75001 Paris' } },
    { mail: relay },
    { mail: { ...relay, ...login, ca_file: '/b' } },
    // It may stand there before there is a relay.
    { mail: { from_address: 'meet@hospital.example' } },
    { mail: { ...relay, security: 'tls', port: 465 } },
    { mail: { ...relay, port: 25 } },
    { mail: { ...relay, security: 'tls', port: 2465 } },
    { sign_in: { session_idle_hours: 48, session_days: 2 } },
  ];
  for (const parts of cases) t.same(broken(parts), [], JSON.stringify(parts));
});

t.test('what is just wrong, each by one rule', async (t) => {
  const apart = 'no port is used twice';
  const has = 'a mode of tls has the settings that it needs';
  const reachable = 'announced addresses can be reached';
  const known = 'outside of a trial people know who has their data';
  const complete = 'a mail relay has what it needs';
  const gateway = 'a gateway for text messages has what it needs';
  const relayed = 'browsers use the ports of the relay';
  const published = 'the containers publish the port that is set';
  const cases: [Parts, string][] = [
    [{ https: { port: 44300 } }, apart],
    [{ https: { port: 44303 } }, apart],
    [{ publishedPort: 443 }, published],
    [{ publishedPort: 8443, https: { address: '10.0.0.1' } }, published],
    [{ publishedPort: 8443, tls: { acme: { ...base.tls.acme, http_port: 8080 } } }, published],
    [{ turn: { port: 8443 } }, apart],
    [{ turn: { port: 49160 } }, apart],
    [{ turn: { tls_port: 3478 } }, apart],
    [{ turn: { relay_ports: { min: 44303, max: 44400 } } }, apart],
    [{ media: { control: '127.0.0.1:8443' } }, apart],
    [{ media: { port: 65533 } }, 'every worker has a port'],
    [{ turn: { relay_ports: { min: 50000, max: 50022 } } }, 'the relay has ports'],
    [{ turn: { relay_ports: { min: 50000, max: 49000 } } }, 'the relay has ports'],
    [{ tls: { validity_days: 30, renew_before_days: 30 } }, 'certificates are renewed before they end'],
    [{ tls: { mode: 'files', files: { certificate: '/a', key: null, chain: '/b' } } }, has],
    [ordering({ directory: null as never }), has],
    [ordering({ terms_agreed: false }), 'the terms of ACME are agreed to'],
    [ordering({}, 'meet'), 'ACME has something to order'],
    [ordering({}, '192.0.2.7'), 'ACME has something to order'],
    [ordering({}, '2001:db8::7'), 'ACME has something to order'],
    [ordering({ http_port: 8443 }), apart],
    [{ sites: [site('a.example.org'), site('a.example.org')] }, 'no two sites have the same host'],
    [{ network: { announced_addresses: ['10.0.0.1', '10.0.0.1'] } }, 'no address is announced twice'],
    [{ network: { announced_addresses: ['0.0.0.0'] } }, reachable],
    [{ network: { announced_addresses: ['fe80::1'] } }, reachable],
    [{ network: { announced_addresses: ['ff02::1'] } }, reachable],
    [{ network: { announced_addresses: ['::ffff:a00:1'] } }, reachable],
    [{ https: { address: '224.0.0.1' } }, 'pages are served at one machine'],
    [{ https: { port: 6000 } }, 'browsers open the port of the pages'],
    [{ turn: { port: 5060 } }, relayed],
    [{ turn: { port: 81 } }, relayed],
    [{ turn: { tls_port: 1023 } }, relayed],
    [{ media: { secret_file: '/a' }, turn: { secret_file: '/a' } }, 'no two uses share a secret'],
    [{ media: { control: `/${'x'.repeat(107)}` } }, 'the control socket can be opened'],
    [{ controller: { ...named, name: ' ' } }, known],
    [{ controller: { ...named, address: null } }, known],
    [{ controller: { ...named, dpo_email: null } }, known],
    [{ controller: { trial: false } }, known],
    [{ mail: { ...relay, from_address: null } }, complete],
    [{ mail: { ca_file: '/a' } }, complete],
    [sending({ body: 'to={phone}&text={text}' }), gateway],
    [sending({ token_file: '/a' }), gateway],
    [sending({ url: 'https://sms.example/?to={phone}' }), gateway],
    [{ mail: login }, complete],
    [
      { mail: { ...relay, ...login, password_file: null } },
      'a login to the mail relay is a name and a password',
    ],
    [{ mail: { ...relay, ...login, user: null } }, 'a login to the mail relay is a name and a password'],
    [{ mail: { ...relay, port: 465 } }, 'the port of the mail relay fits its security'],
    [{ mail: { ...relay, security: 'tls', port: 587 } }, 'the port of the mail relay fits its security'],
    [
      { sign_in: { session_idle_hours: 49, session_days: 2 } },
      'nobody is idle for longer than they are signed in',
    ],
  ];
  for (const [parts, name] of cases) t.same(broken(parts), [name], JSON.stringify(parts));
  t.same(
    new Set(cases.map(([, name]) => name)),
    new Set(rules.map(({ name }) => name)),
    'no rule is left out',
  );
});
