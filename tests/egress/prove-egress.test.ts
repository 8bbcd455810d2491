import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { stringify } from 'yaml';
import type { Texts } from '../../app/kernel/i18n.ts';
import { linkello } from '../config/linkello.ts';
import { sites } from './addresses.ts';
import type { Flow } from './border.ts';
import { unshareCommand, whyNot } from './own-namespaces.ts';
import type { Proof } from './proof.ts';
import { texts } from './texts.ts';
import { judge } from './verdict.ts';

// Alone: it needs networks of its own, and looks at every packet.

/** That nothing leaves; and that the proof of it tells when something does. */

t.setTimeout(390_000);

const reason = whyNot();
const skip = reason === null ? false : `no networks can be made here: ${reason}`;

const folder = await mkdtemp(join(tmpdir(), 'linkello-egress-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

t.test('nothing leaves', { skip }, async (t) => {
  const { code, stdout, stderr } = await linkello(['prove-egress', '--json']);
  t.equal(code, 0, stderr);
  const proof = JSON.parse(stdout) as Proof;
  t.equal(proof.fault, null);
  t.same(proof.doubts, []);
  t.same(proof.traffic.foreign, []);
  t.same(proof.requests.foreign, []);
  t.equal(proof.left.packets, 0);
  t.ok(proof.requests.count > 100, `${proof.requests.count} requests`);
  t.ok((proof.outcome?.pages ?? 0) > 20, `${proof.outcome?.pages} pages`);
  // Else there was nothing to count.
  for (const [from, party, port, program] of [
    ['appliance', 'mail relay', 587, 'app'],
    ['appliance', 'client1', 443, 'app'],
    ['appliance', 'client1', 44_300, 'sfu'],
    ['appliance', 'client2', 3478, 'turn'],
    ['client1', 'appliance', 44_300, 'chromium1'],
    ['client2', 'appliance', 443, 'chromium2'],
  ] as const) {
    const found = proof.traffic.own.filter(
      (flow) =>
        flow.from === from && flow.party === party && flow.port === port && flow.processes.includes(program),
    );
    t.ok(found.length > 0, `${program} of ${from} and ${party} by port ${port}`);
  }
});

t.test(
  'an authority for certificates in the world: 1, with destination, port and process',
  { skip },
  async (t) => {
    const file = join(folder, 'acme.yaml');
    const settings = {
      sites: [...sites, 'meet.linkello.test'].map((host) => ({ host, name: 'Clinic North' })),
      tls: { mode: 'acme', acme: { directory: 'https://192.0.2.77/directory', terms_agreed: true } },
    };
    await writeFile(file, stringify(settings));
    const { code, stdout, stderr } = await linkello(['prove-egress', '--with', file], {
      env: { LC_ALL: 'C' },
    });
    t.equal(code, 1, stderr);
    t.match(stdout, /SOMETHING LEFT/);
    t.match(stdout, /^ {2}appliance +192\.0\.2\.77 +443\/tcp +app +\d+ +[\d,]+$/m);
    t.notMatch(stdout, 'NOT PROVEN', 'and all else was as it is without');
  },
);

t.test('one name that is looked up: destination, port, process and the name', { skip }, async (t) => {
  const [file, ...args] = unshareCommand(join(import.meta.dirname, 'leak.ts'), []);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { foreign, isComplete } = JSON.parse(await text(child.stdout));
  t.match(foreign, [
    { from: 'appliance', to: '192.0.2.53', protocol: 'udp', port: 53, packets: 1, processes: ['app'] },
  ]);
  t.same(foreign[0].names, ['updates.vendor.example']);
  t.equal(isComplete, true);
});

t.test('what may be and what may not', async (t) => {
  const flow = (parts: Partial<Flow>): Flow => ({
    from: 'appliance',
    to: '198.18.9.25',
    protocol: 'tcp',
    port: 587,
    part: 'asks',
    groups: [],
    packets: 1,
    bytes: 60,
    ...parts,
  });
  const verdictOn = (parts: Partial<Flow>) => {
    const { own, foreign, onLink } = judge(
      { flows: [flow(parts)], frames: [], left: { packets: 0, bytes: 0 } },
      [],
    );
    return own.length === 1 ? 'own' : foreign.length === 1 ? 'foreign' : onLink[0]?.kind;
  };
  t.equal(verdictOn({}), 'own');
  t.equal(verdictOn({ port: 25 }), 'foreign', 'another port of the relay');
  t.equal(verdictOn({ from: 'client1' }), 'foreign', 'a client writes letters itself');
  t.equal(verdictOn({ to: '198.18.2.2', port: 50_000, protocol: 'udp', part: 'late' }), 'own');
  t.equal(verdictOn({ to: '198.18.9.26' }), 'foreign', 'its neighbour');
  t.equal(
    verdictOn({ to: '198.18.1.1', port: 53, protocol: 'udp' }),
    'foreign',
    'the router as a name server',
  );
  t.equal(
    verdictOn({ to: '239.255.255.250', port: 1900, protocol: 'udp' }),
    'foreign',
    'routers may pass it on',
  );
  t.equal(verdictOn({ to: 'ff02::fb', port: 5353, protocol: 'udp' }), 'mdns');
  t.equal(verdictOn({ to: 'ff05::fb', port: 5353, protocol: 'udp' }), 'foreign', 'multicast of the site');
  t.equal(verdictOn({ to: 'ff02::2', protocol: 'icmpv6 nd-router-solicit', port: null }), 'routers');
  t.equal(
    verdictOn({ to: '2001:db8:1::1', protocol: 'icmpv6 nd-neighbor-solicit', port: null }),
    'neighbours',
  );
  t.equal(verdictOn({ to: '2001:db8:1::1', protocol: 'icmpv6 echo-request', port: null }), 'foreign');

  const frames = [{ from: 'appliance', type: 'ip', packets: 2, bytes: 120 }] as const;
  const left = { packets: 0, bytes: 0 };
  t.equal(judge({ flows: [flow({})], frames, left }, []).isComplete, false, 'a packet that was not counted');
  const strange = [{ from: 'appliance', type: '0x88cc', packets: 1, bytes: 60 }] as const;
  t.same(judge({ flows: [], frames: strange, left }, []).strange, ['0x88cc'], 'neither IP nor ARP');
});

t.test('wrong use: 2', async (t) => {
  for (const args of [['now'], ['--with'], ['--with', join(folder, 'not-there.yaml')]])
    t.match(await linkello(['prove-egress', ...args]), { code: 2, stdout: '' });
  const list = join(folder, 'list.yaml');
  await writeFile(list, '- 1\n');
  const { code, stderr } = await linkello(['prove-egress', '--with', list]);
  t.equal(code, 2);
  t.match(stderr, 'holds no settings');
});

t.test('both languages have the same texts', async (t) => {
  const keys = (each: Texts, path = ''): string[] =>
    Object.entries(each).flatMap(([key, value]) =>
      typeof value === 'string' ? [`${path}${key}`] : keys(value, `${path}${key}.`),
    );
  t.same(keys(texts.fr).sort(), keys(texts.en).sort());
  const placeholders = (each: Texts) =>
    JSON.stringify(each)
      .match(/\{\w+[,}]/g)
      ?.sort();
  t.same(placeholders(texts.fr.steps), placeholders(texts.en.steps));
});
