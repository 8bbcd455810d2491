import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { launchBrowser, ParticipantPage, said } from './participant-page.ts';

/** Somebody phones: the phone takes microphone, camera and loudspeaker away, hides the page, and gives them back. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

t.test('after a phone call everything is as before, without a press of a button', async (t) => {
  const room = 'phone-call';
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room });
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room });
  // The page is told what a phone tells: tracks fall silent or end, sound stops, and the page is hidden.
  await ada.page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const given: MediaStreamTrack[] = [];
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      given.push(...stream.getTracks());
      return stream;
    };
    const setHidden = (hidden: boolean) => {
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => (hidden ? 'hidden' : 'visible'),
      });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    Object.assign(window, {
      ring() {
        for (const track of given.splice(0)) {
          track.enabled = false;
          Object.defineProperty(track, 'muted', { configurable: true, value: true });
          track.dispatchEvent(new Event('mute'));
        }
        for (const player of document.querySelectorAll('audio')) player.pause();
        setHidden(true);
      },
      hangUp: () => setHidden(false),
    });
  });
  await ada.page.reload();
  await ada.enter();
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);

  const call = (name: 'ring' | 'hangUp') =>
    ada.page.evaluate((name) => (window as unknown as Record<string, () => void>)[name]?.(), name);
  await call('ring');
  await said(ada.page, 'Something else holds your microphone for now').waitFor();
  await call('hangUp');
  await Promise.all([ada.seesAndHears(1), grace.seesAndHears(1)]);
  t.ok(await ada.isPressed('Microphone'));
  t.ok(await ada.isPressed('Camera'));
  await until('what the others say is played again', () =>
    ada.page
      .locator('audio')
      .evaluateAll((players: HTMLAudioElement[]) => players.every((each) => !each.paused)),
  );
  t.same(ada.faults, []);
  await Promise.all([ada.close(), grace.close()]);
});
