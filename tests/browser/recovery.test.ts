import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';

// Alone: it measures how long pictures stand still.

/** What a call survives: each part of the appliance is taken away in the middle of it. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

/** Longest standstill of a picture that the published requirement allows while the app restarts. */
const STANDSTILL_MS = 1_000;

/** How long the published requirement gives a call to come back after its worker died. */
const WORKER_RETURN_MS = 5_000;

const meet = async (room: string) => {
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  return { ada, grace };
};

t.test('the app is killed and restarted: sound and picture go on', async (t) => {
  const { ada, grace } = await meet('app-killed');
  const standstill = await grace.watchStandstill();
  const connections = () =>
    ada.page.evaluate(() => (window as unknown as { connections: unknown[] }).connections.length);
  const before = await connections();

  await appliance.app.stop('SIGKILL');
  const banner = ada.page.getByText(/connection was lost and is being restored/);
  await banner.waitFor();
  await appliance.app.start();
  await banner.waitFor({ state: 'hidden' });

  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  const longestMs = await standstill();
  t.ok(longestMs < STANDSTILL_MS, `the picture stood still for ${longestMs.toFixed(0)} ms at most`);
  t.equal(await connections(), before, 'the media connections are the same ones');
  t.equal(await ada.page.getByRole('listitem').count(), 2, 'the same people are there, once each');

  await ada.button('Microphone').click();
  await grace.page.getByRole('listitem', { name: /^Ada.*microphone off/ }).waitFor();
  t.pass('the new app knows the participants: it passes on what they do');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('the app is killed, and whoever does not come back is gone after the grace time', async (t) => {
  const short = await Appliance.start({ media: { reconnect_seconds: 5 } });
  const other = await launchBrowser(short);
  t.teardown(async () => {
    await other.close();
    await short.stop();
  });
  const ada = await ParticipantPage.join(other, short, 'Ada');
  const grace = await ParticipantPage.join(other, short, 'Grace');
  await ada.seesAndHears(1);
  await short.app.stop('SIGKILL');
  // Closes without a word: the app that would hear it is not there.
  await grace.close();
  await short.app.start();
  await until(
    'Grace is gone',
    () => ada.tile('Grace').count(),
    (count) => count === 0,
  );
  t.pass('the new app waited for her and then let her go');
  await ada.close();
});

t.test('a killed worker costs seconds, not a reload', async (t) => {
  const { ada, grace } = await meet('worker-killed');
  const loads: string[] = [];
  for (const { page } of [ada, grace]) page.on('load', () => loads.push(page.url()));
  const [worker] = await appliance.workerPids();
  if (worker === undefined) throw new Error('media has no worker');
  process.kill(worker, 'SIGKILL');
  // Counted from here. What was received before does not count: it ended with the connections that carried it.
  await Promise.all([ada.seesAndHears(1, WORKER_RETURN_MS), grace.seesAndHears(1, WORKER_RETURN_MS)]);
  const pids = await appliance.workerPids();
  t.equal(pids.length, 1, 'one worker took the place of the other');
  t.not(pids[0], worker);
  t.same(loads, [], 'no page was loaded again');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('the whole SFU is killed and restarted: the call comes back by itself', async (t) => {
  const { ada, grace } = await meet('media-killed');
  await appliance.media.stop('SIGKILL');
  await appliance.media.start();
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  t.pass('sound and picture are back');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('a changed network restarts ICE on the same transports', async (t) => {
  const { ada, grace } = await meet('network-changed');
  const credentials = () =>
    ada.page.evaluate(() => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      return connections
        .filter(({ signalingState }) => signalingState !== 'closed')
        .map(({ remoteDescription }) => /a=ice-ufrag:(\S+)/.exec(remoteDescription?.sdp ?? '')?.[1]);
    });
  const before = await credentials();
  await ada.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await until(
    'both transports have new ICE credentials',
    credentials,
    (now) => now.length === 2 && now.every((ufrag, index) => ufrag !== before[index]),
  );
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  t.pass('and media flows on');
  await Promise.all([ada.close(), grace.close()]);
});
