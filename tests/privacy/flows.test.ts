import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { type FlowSettings, flowRows, networkFlows } from '../../app/privacy/evidence/flows.ts';
import type { Config } from '../../config/config.ts';
import { dotted } from '../../config/faults.ts';
import { loadConfig } from '../../config/load.ts';
import { portRange, portsInUse } from '../../config/ports.ts';

const base = await loadConfig({
  LINKELLO_CONFIG: join(t.testdir({ 'linkello.yaml': 'media: { workers: 2 }\n' }), 'linkello.yaml'),
  LINKELLO_DATA: '/tmp/linkello-never-made',
});
const relay: Config['mail'] = { ...base.mail, host: 'smtp.hospital.example', from_address: 'a@b.example' };
const acme: Config['tls'] = {
  ...base.tls,
  mode: 'acme',
  acme: { ...base.tls.acme, directory: 'https://ca.hospital.example:9000/directory', terms_agreed: true },
};
const installations: Readonly<Record<string, FlowSettings>> = {
  'as it comes': base,
  'in containers': { ...base, publishedPort: 8443 },
  'with a mail relay and ACME': { ...base, mail: relay, tls: acme },
  'in containers with ACME': { ...base, publishedPort: 8443, tls: acme },
  'without relay': { ...base, turn: { ...base.turn, enabled: false } },
  'control by TCP': { ...base, media: { ...base.media, control: '127.0.0.1:9999' } },
};

for (const [name, config] of Object.entries(installations)) {
  t.test(`every port that is listened on has a flow: ${name}`, async (t) => {
    const flows = networkFlows(config);
    for (const use of portsInUse(config)) {
      const flow = flows.find(({ setting }) => setting === dotted(use.path));
      t.ok(flow, dotted(use.path));
      t.equal(flow?.ports, portRange(use));
      t.strictSame(flow?.protocols, use.protocols);
    }
    for (const translate of [createTranslate('en', en), createTranslate('fr', fr)]) {
      const [head, ...rows] = flowRows(translate, config);
      t.equal(rows.length, flows.length);
      for (const row of rows) t.equal(row.filter((cell) => cell !== '').length, head?.length);
    }
  });
}

t.test('nothing leaves the appliance but for what the settings name', async (t) => {
  const outside = (config: FlowSettings) =>
    networkFlows(config)
      .filter(({ border }) => border === 'out')
      .map(({ to, ports }) => `${to}:${ports}`);
  t.strictSame(outside(base), []);
  t.strictSame(outside({ ...base, publishedPort: 8443 }), []);
  t.strictSame(outside({ ...base, mail: relay, tls: acme }), ['mail_relay:587', 'authority:9000']);
});

t.test('the networks of the containers are those of the matrix', async (t) => {
  const compose = parse(readFileSync(join(import.meta.dirname, '../../compose.yaml'), 'utf8'), {
    merge: true,
  });
  const services: Record<string, { networks?: string[]; ports?: string[] }> = compose.services;
  t.ok(compose.networks.back.internal, 'without a way out');
  const behind = Object.keys(services).filter((name) => services[name]?.networks?.includes('back'));
  t.strictSame(behind.sort(), ['analytics', 'analytics-db', 'app']);
  t.strictSame(
    Object.keys(services).filter((name) => services[name]?.ports),
    ['app'],
    'one container publishes ports',
  );
  const flows = networkFlows({ ...base, publishedPort: 8443 });
  const partners = (party: string) =>
    flows.filter(({ from, to }) => from === party || to === party).map(({ from, to }) => `${from} ${to}`);
  t.strictSame(partners('analytics'), ['app analytics', 'analytics analytics_database']);
  t.strictSame(partners('analytics_database'), ['analytics analytics_database']);
  const published = flows
    .filter(({ from, to }) => from === 'browser' && to === 'app')
    .map(({ ports }) => ports);
  t.strictSame(new Set(published), new Set(['8443', '80']));
  t.strictSame(
    networkFlows({ ...base, publishedPort: 8443, analytics: { ...base.analytics, enabled: false } }).filter(
      ({ to }) => to === 'analytics',
    ),
    [],
  );
});
