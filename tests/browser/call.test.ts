import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { launchBrowser, ParticipantPage } from './participant-page.ts';

/** Calls as people make them: real browsers, real app, real SFU, real relay. */

const appliance = await Appliance.start({ turn: {} });
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

t.test('two, then three people see and hear each other', async (t) => {
  const room = 'three-people';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  t.ok(await ada.tile('Grace').isVisible(), 'Ada has a tile that is named after Grace');
  t.equal(await grace.tile('Ada').locator('video').count(), 1, 'the tile holds a video');

  const alan = await ParticipantPage.join(browser, appliance, 'Alan', { room });
  await Promise.all([ada, grace, alan].map((participant) => participant.seesAndHears(2)));
  t.pass('sound and picture in all six directions');

  const origin = appliance.url('/');
  for (const { page, name, faults, requested } of [ada, grace, alan]) {
    t.same(faults, [], `${name}'s browser reports no fault`);
    t.same(
      requested.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url)),
      [],
      `${name}'s browser asked no other host`,
    );
    t.equal(await page.getByRole('listitem').locator('video').count(), 3, `${name} has a tile for everyone`);
  }

  await alan.button('Leave').click();
  await until(
    'Alan is gone from the others',
    () => grace.tile('Alan').count(),
    (count) => count === 0,
  );
  await ada.seesAndHears(1);
  const again = await ParticipantPage.join(browser, appliance, 'Alan', { room });
  await Promise.all([again.seesAndHears(2), ada.seesAndHears(2), grace.seesAndHears(2)]);
  t.pass('whoever left can come back');
  await Promise.all([ada, grace, alan, again].map((participant) => participant.close()));
});

t.test('microphone and camera can be switched off and on', async (t) => {
  const room = 'switches';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  await grace.seesAndHears(1);

  await ada.button('Microphone').click();
  const energies: number[] = [];
  await until(
    'Ada is silent',
    async () =>
      energies.push((await grace.received()).reduce((sum, track) => sum + track.totalAudioEnergy, 0)),
    // The fake microphone beeps every second: two seconds without more energy are silence.
    (count) => count > 20 && (energies.at(-1) ?? 0) - (energies.at(-20) ?? 0) < 1e-6,
  );
  t.equal(await ada.button('Microphone').getAttribute('aria-pressed'), 'false');
  await ada.button('Microphone').click();

  await ada.button('Camera').click();
  await until(
    'Ada has no picture',
    () => grace.received(),
    (tracks) => tracks.every(({ kind }) => kind === 'audio'),
  );
  await ada.button('Camera').click();
  await grace.seesAndHears(1);
  t.pass('and everything comes back');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('a shared screen is seen by the others', async (t) => {
  const room = 'screen';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  await grace.seesAndHears(1);
  await ada.button('Share screen').click();
  await until(
    'Grace decodes two pictures of Ada',
    () => grace.received(),
    (tracks) =>
      tracks.filter(({ kind, framesDecoded }) => kind === 'video' && framesDecoded > 0).length === 2,
  );
  t.equal(await ada.button('Share screen').getAttribute('aria-pressed'), 'true');
  await ada.button('Share screen').click();
  await until(
    'the screen is gone',
    () => grace.received(),
    (tracks) => tracks.filter(({ kind }) => kind === 'video').length === 1,
  );
  t.pass('and is gone when sharing stops');
  await Promise.all([ada.close(), grace.close()]);
});

for (const [query, path] of [
  ['?path=udp', / udp$/],
  ['?path=tcp', / tcp$/],
  ['?path=relay', /^relay udp$/],
] as const) {
  t.test(`a call holds with media forced to ${query.slice(6)}`, async (t) => {
    const room = `forced-${query.slice(6)}`;
    const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room, query });
    const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
    await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
    const paths = await ada.paths();
    t.equal(paths.length, 2, 'both transports are up');
    for (const taken of paths) t.match(taken, path);
    await Promise.all([ada.close(), grace.close()]);
  });
}

t.test('a call holds over the port of the pages alone', async (t) => {
  const room = 'one-port';
  const query = '?path=relay';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', {
    room,
    query,
    relayBy: `:${appliance.port}?`,
  });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  t.match(await ada.paths(), [/^relay udp$/, /^relay udp$/], 'both transports are relayed');
  await Promise.all([ada.close(), grace.close()]);
});
