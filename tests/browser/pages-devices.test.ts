import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser, meetingOfTwo, ParticipantPage, said } from './participant-page.ts';

/** Microphones, cameras, loudspeakers and screens during a meeting: changed, unplugged, shared, held back. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const pair = (room: string) => meetingOfTwo(browser, appliance, room);

t.test('the devices can be changed during the meeting, and a dialog closes with Escape', async (t) => {
  const { ada, close } = await pair('devices');
  await ada.button('More').click();
  await ada.button('Devices').click();
  const dialog = ada.page.getByRole('dialog', { name: 'Devices' });
  await dialog.waitFor();
  await checkPage(t, ada.page, 'the device dialog');
  const microphones = dialog.getByRole('combobox', { name: 'Microphone' });
  await microphones.selectOption({ label: 'Fake Audio Input 1' });
  await until(
    'the other microphone is sent',
    () =>
      ada.page.evaluate(() =>
        (window as unknown as { connections: RTCPeerConnection[] }).connections
          .flatMap((connection) => connection.getSenders())
          .flatMap(({ track }) => (track?.kind === 'audio' ? [track.label] : [])),
      ),
    (labels) => labels.includes('Fake Audio Input 1'),
  );
  await dialog.getByRole('combobox', { name: 'Speaker' }).selectOption({ index: 1 });
  await until('the sound goes there', () =>
    ada.page
      .locator('audio')
      .evaluateAll((players: (HTMLAudioElement & { sinkId?: string })[]) =>
        players.every(({ sinkId }) => sinkId !== '' && sinkId !== 'default'),
      ),
  );
  await ada.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  t.equal(
    await ada.page.evaluate(() => document.activeElement?.getAttribute('data-control')),
    'more',
    'the focus is back where it was',
  );
  await close();
});

t.test('a device that is unplugged is replaced, and that is said', async (t) => {
  const room = 'unplugged';
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room });
  // The page is told what a browser tells when a plug is pulled.
  await ada.page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let isThere = true;
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (!isThere) throw new DOMException('', 'NotFoundError');
      const stream = await ask(constraints);
      for (const track of stream.getTracks()) {
        Object.assign(window, {
          [`unplug_${track.kind}`]: (isLast: boolean) => {
            isThere = !isLast;
            track.stop();
            track.dispatchEvent(new Event('ended'));
          },
        });
      }
      return stream;
    };
  });
  await ada.page.reload();
  await ada.enter();
  const unplug = (kind: 'audio' | 'video', isLast: boolean) =>
    ada.page.evaluate(
      ({ name, last }) => (window as unknown as Record<string, (last: boolean) => void>)[name]?.(last),
      { name: `unplug_${kind}`, last: isLast },
    );

  await unplug('audio', false);
  await said(ada.page, 'Your microphone was disconnected. Now in use: Fake Default Audio Input.').waitFor();
  t.ok(await ada.isPressed('Microphone'));
  await unplug('video', true);
  await said(ada.page, /^Your camera was disconnected\. The others go on/).waitFor();
  t.notOk(await ada.isPressed('Camera'));
  await ada.close();
});

t.test('a shared screen is large for the others, and its owner can stop it everywhere', async (t) => {
  const { ada, grace, close } = await pair('screen');
  const screen = grace.page.getByRole('listitem', { name: 'Screen shared by Ada Lovelace' });
  const banner = ada.page.getByText('The others see your screen.');

  await ada.button('Share screen').click();
  await banner.waitFor();
  await said(grace.page, 'Ada Lovelace shares a screen.').waitFor();
  await until('the screen is shown', () =>
    screen.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth > 0),
  );
  const [large, small] = await Promise.all([screen.boundingBox(), grace.tile('Ada Lovelace').boundingBox()]);
  t.ok(
    (large?.width ?? 0) * (large?.height ?? 0) > 4 * (small?.width ?? 0) * (small?.height ?? 0),
    'much larger than the people',
  );
  await checkPage(t, grace.page, 'a meeting with a shared screen');
  await checkPage(t, ada.page, 'a meeting in which one shares');

  // On a phone the button is behind another one.
  await ada.page.setViewportSize({ width: 1000, height: 700 });
  await ada.button('Stop sharing').click();
  await screen.waitFor({ state: 'hidden' });
  await banner.waitFor({ state: 'hidden' });
  t.notOk(await ada.isPressed('Share screen'));
  await close();
});

t.test('somebody who closes the dialog of the browser is told nothing', async (t) => {
  const { ada, close } = await pair('second-thoughts');
  await ada.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      throw new DOMException('Permission denied', 'NotAllowedError');
    };
  });
  await ada.button('Share screen').click();
  await ada.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      throw new DOMException('Permission denied by system', 'NotAllowedError');
    };
  });
  await ada.button('Share screen').click();
  await said(ada.page, /could not be shared/).waitFor();
  t.equal(
    await ada.page.getByText(/could not be shared/).count(),
    1,
    'only a system that refuses is a fault',
  );
  await close();
});

t.test('a browser that holds the sound back: one press turns it on', async (t) => {
  const room = 'silent';
  const ada = await ParticipantPage.join(browser, appliance, 'Ada', { room });
  const grace = await ParticipantPage.open(browser, appliance, 'Grace', { room });
  await grace.page.evaluate(() => {
    const play = HTMLMediaElement.prototype.play;
    let isAllowed = false;
    addEventListener(
      'click',
      ({ target }) => {
        isAllowed ||= target instanceof Element && target.textContent === 'Turn sound on';
      },
      true,
    );
    HTMLAudioElement.prototype.play = async function () {
      if (!isAllowed) throw new DOMException('', 'NotAllowedError');
      return play.call(this);
    };
  });
  await grace.enter();
  await grace.button('Turn sound on').waitFor();
  await checkPage(t, grace.page, 'a meeting without sound');
  await grace.button('Turn sound on').click();
  await grace.button('Turn sound on').waitFor({ state: 'hidden' });
  await until('it plays', () =>
    grace.page.locator('audio').evaluateAll((players: HTMLAudioElement[]) => players.some((p) => !p.paused)),
  );
  t.pass('and the others are heard');
  await Promise.all([ada.close(), grace.close()]);
});
