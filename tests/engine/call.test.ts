import t, { type Test } from 'tap';
import { launchBrowser, ParticipantPage, type Served } from '../browser/participant-page.ts';
import { until } from '../deadline.ts';
import { Bundle } from './bundle.ts';
import { GuestNetwork } from './guest-network.ts';
import { testRelayAttack } from './relay-attack.ts';

// Alone: its containers have fixed names and ports, and a standstill of pictures is measured.

/** Calls through the containers: real browsers against the bundle as it comes, nothing edited. */

t.setTimeout(30 * 60_000);
const bundle = await Bundle.unpack();
if (bundle === null)
  t.test('calls through the containers', { skip: 'there is no container engine' }, () => undefined);
else t.test('calls through the containers', (t) => testCalls(t, bundle));

/** Longest standstill of a picture that the published requirement allows while the app restarts. */
const STANDSTILL_MS = 1_000;

async function testCalls(t: Test, bundle: Bundle): Promise<void> {
  t.teardown(() => bundle.remove());
  await bundle.demand('up', '--detach', '--wait');
  const machine = JSON.parse(await bundle.exec('app', 'cat', '/data/host/machine.json')) as {
    addresses: string[];
    hostName: string;
  };
  const [address = ''] = machine.addresses;
  /** The address that others on the LAN would take. */
  const onLan: Served = {
    url: (path = '/') => `https://${address}${path}`,
    authority: () => bundle.authority(),
  };
  const browser = await launchBrowser(onLan);
  t.teardown(() => browser.close());

  const meet = async (room: string, query = '', where = browser) => {
    const ada = await ParticipantPage.join(where, onLan, 'Ada', { room, query });
    const grace = await ParticipantPage.join(where, onLan, 'Grace', { room, query });
    await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
    return { ada, grace };
  };

  await t.test('a call, and the app restarted in the middle of it', async (t) => {
    const { ada, grace } = await meet('containers');
    t.match(await ada.paths(), [/udp$/, /udp$/], 'by UDP');
    const standstill = await grace.watchStandstill();
    const banner = ada.page.getByText(/connection was lost and is being restored/);
    const lost = banner.waitFor();
    await bundle.demand('restart', 'app');
    await lost;
    await banner.waitFor({ state: 'hidden' });
    await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
    const longestMs = await standstill();
    t.ok(longestMs < STANDSTILL_MS, `the picture stood still for ${longestMs.toFixed(0)} ms at most`);
    await ada.button('Microphone').click();
    await grace.page.getByRole('listitem', { name: /^Ada.*microphone off/ }).waitFor();
    t.pass('the new app passes on what people do');
    await Promise.all([ada.close(), grace.close()]);
  });

  await t.test('a call that is relayed', async (t) => {
    const { ada, grace } = await meet('relayed', '?path=relay');
    for (const participant of [ada, grace])
      t.match(await participant.paths(), [/^relay /, /^relay /], `${participant.name} is relayed`);
    await Promise.all([ada.close(), grace.close()]);
  });

  await t.test('a call of two who reach nothing but TCP port 443', async (t) => {
    const guests = await GuestNetwork.open();
    t.teardown(() => guests.close());
    await guests.leaveOnlyTcp(443);
    const theirs = await launchBrowser(onLan, { executablePath: await guests.chromium() });
    t.teardown(() => theirs.close());
    const { ada, grace } = await meet('one-port', '', theirs);
    for (const participant of [ada, grace]) {
      t.match(await participant.paths(), [/^relay /, /^relay /], `${participant.name} is relayed`);
      t.same(participant.faults, []);
    }
    t.ok((await guests.refused()) > 0, 'other ways were tried and are closed');
    await Promise.all([ada.close(), grace.close()]);
  });

  await t.test('the credential of a participant opens the way to the SFU and no other', async (t) => {
    const guests = await GuestNetwork.open();
    t.teardown(() => guests.close());
    const mallory = await ParticipantPage.join(browser, onLan, 'Mallory', { room: 'attack' });
    const { username, credential } = await mallory.page.evaluate(() => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const servers = connections.flatMap((connection) => connection.getConfiguration().iceServers ?? []);
      const server = servers.find((each) => each.username);
      return { username: server?.username ?? '', credential: String(server?.credential) };
    });
    await testRelayAttack(t, bundle, {
      credentials: { username, credential },
      address,
      neighbour: guests.address,
    });
    await mallory.close();
  });

  await t.test('a changed setting is taken over by those whom it concerns, and calls go on', async (t) => {
    /** The processes that do the work, by service; each container's first one stays. */
    const programs = async () => {
      const containers = Object.entries(await bundle.containers()).filter(
        ([service]) => service !== 'config',
      );
      const lists = containers.map(async ([service, { Id }]) => {
        const table = await bundle.docker('top', Id, '-eo', 'pid,args');
        return [
          service,
          table
            .split('\n')
            .filter((line) => /(main|relay)\.ts$|mariadbd/.test(line))
            .join('\n'),
        ];
      });
      return Object.fromEntries(await Promise.all(lists)) as Record<string, string>;
    };
    const { ada, grace } = await meet('changed-title');
    const before = await programs();
    await bundle.configure({ sites: [{ host: machine.hostName, name: 'Clinic of Tests' }] });
    await bundle.demand('up', '--detach', '--wait');
    const page = await ada.page.context().newPage();
    await until(
      'the new title is shown',
      async () =>
        // The app starts anew meanwhile: what it left unanswered is not waited for.
        page.goto(onLan.url(), { waitUntil: 'domcontentloaded', timeout: 5_000 }).then(
          () => page.title(),
          () => '',
        ),
      (title) => title.includes('Clinic of Tests'),
    );
    await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
    const after = await programs();
    const restarted = Object.keys(before).filter((service) => before[service] !== after[service]);
    t.same(restarted, ['app'], 'no other part was started anew');
    await Promise.all([ada.close(), grace.close()]);
  });
}
