import type { Page } from 'playwright-core';
import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser, ParticipantPage, said } from './participant-page.ts';

/** What is done to picture and sound before anybody gets it, by real models in a real browser; and hearing oneself. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

const toggle = (page: Page, name: string) => page.getByRole('switch', { name }).click();

/**
 * How much neighbouring pixels differ, squared, on the mean over a second of pictures: a blurred picture has no edges, and
 * the fake camera's single pictures have more or fewer of them. -1 while there is no picture.
 */
const sharpness = (page: Page, video = '[data-part="mirror"] video') =>
  page.locator(video).evaluate(async (video: HTMLVideoElement) => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context || video.videoWidth === 0) return -1;
    const pictures = 20;
    let sum = 0;
    for (let count = 0; count < pictures; count += 1) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 4; at < data.length; at += 4) sum += ((data[at + 1] ?? 0) - (data[at - 3] ?? 0)) ** 2;
    }
    return sum / pictures / (canvas.width * canvas.height);
  });

/** Faults of the browser, but for those of TensorFlow Lite, which tells on the console what it runs on. */
const faultsOf = ({ faults }: ParticipantPage) => faults.filter((fault) => !fault.startsWith('INFO:'));

/** Lets the blur's worker run this first, under the policy that it really comes with. */
async function changeWorker({ page }: ParticipantPage, first: string): Promise<void> {
  const { program, policy } = await page.evaluate(async () => {
    const { effects } = JSON.parse(document.getElementById('page-data')?.textContent ?? '');
    const answer = await fetch(effects.blurWorker);
    return { program: await answer.text(), policy: answer.headers.get('content-security-policy') ?? '' };
  });
  await page.route('**/assets/blur-*.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      headers: { 'content-security-policy': policy },
      body: `${first}${program}`,
    }),
  );
}

t.test('the background is blurred before joining, for the others too, and sharp again', async (t) => {
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room: 'blur' });
  // Its clock stands still: what it does is to be seen here at whatever speed this machine has.
  await changeWorker(ada, 'performance.now = () => 0;');
  const sharp = await until(
    'a picture',
    () => sharpness(ada.page),
    (found) => found > 0,
  );
  await toggle(ada.page, 'Blur the background');
  const blurred = await until(
    'nothing sharp is left of a picture without people',
    () => sharpness(ada.page),
    (found) => found > 0 && found < sharp / 4,
    60_000,
  );
  t.ok(blurred < sharp / 4, `${blurred} of ${sharp}`);
  await checkPage(t, ada.page, 'before joining, with a blur');
  await ada.enter();
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room: 'blur' });
  await grace.seesAndHears(1);
  const seen = await until(
    'Grace sees it blurred',
    () => sharpness(grace.page, 'participant-tile[aria-label^="Ada"] video'),
    (found) => found > 0,
  );
  t.ok(seen < sharp / 4, `${seen} of ${sharp}`);
  t.same(faultsOf(ada), [], 'and the security policy stands in no way');
  const origin = appliance.url('/');
  t.same(
    ada.requested.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url)),
    [],
    'model and program come from the appliance',
  );
  await ada.page.reload();
  await ada.page.getByRole('switch', { name: 'Blur the background', checked: true }).waitFor();
  await until(
    'blurred from the first picture on, the next time',
    () => sharpness(ada.page),
    (found) => found > 0 && found < sharp / 4,
    60_000,
  );
  await toggle(ada.page, 'Blur the background');
  t.equal(await ada.page.evaluate(() => localStorage.length), 0, 'as usual leaves nothing');
  await Promise.all([ada.close(), grace.close()]);
});

t.test('a computer that does not keep up: the blur goes off, and nothing unblurred is shown', async (t) => {
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room: 'slow' });
  // A real worker, made slow: every picture costs it a fifth of a second more.
  await changeWorker(
    ada,
    `{
      const { prototype } = OffscreenCanvasRenderingContext2D;
      const { putImageData } = prototype;
      prototype.putImageData = function (...given) {
        for (const until = performance.now() + 200; performance.now() < until; );
        return putImageData.apply(this, given);
      };
    }`,
  );
  await until(
    'a picture',
    () => sharpness(ada.page),
    (found) => found > 0,
  );
  await toggle(ada.page, 'Blur the background');
  await said(ada.page, 'Switched off: this computer is too slow for it.').waitFor({ timeout: 60_000 });
  t.notOk(await ada.page.getByRole('switch', { name: 'Blur the background' }).isChecked());
  await until('the camera is off', async () => !(await ada.isPressed('Camera')));
  await ada.button('Camera').click();
  await until(
    'it comes on again, sharp',
    () => sharpness(ada.page),
    (found) => found > 0,
  );
  await ada.close();
});

t.test('a blur that cannot be loaded is said, and the picture stays as it was', async (t) => {
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room: 'no-model' });
  await ada.page.route('**/*.tflite', (route) => route.abort());
  const sharp = await until(
    'a picture',
    () => sharpness(ada.page),
    (found) => found > 0,
  );
  await toggle(ada.page, 'Blur the background');
  await said(ada.page, 'It did not start.').waitFor({ timeout: 40_000 });
  t.ok(await ada.isPressed('Camera'));
  t.ok((await sharpness(ada.page)) > sharp / 2);
  await ada.close();
});

t.test('noise is taken away from what the others hear, and the voice can be muted', async (t) => {
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room: 'noise' });
  await toggle(ada.page, 'Take noise away');
  await ada.enter();
  const grace = await ParticipantPage.join(browser, appliance, 'Grace', { room: 'noise' });
  const energy = async () => (await grace.received()).reduce((sum, track) => sum + track.totalAudioEnergy, 0);
  await until(
    'Grace gets pictures',
    () => grace.received(),
    (tracks) => tracks.some((track) => track.framesDecoded > 5),
  );
  // The fake microphone beeps: RNNoise takes a beep for noise, as it is no voice.
  const suppressed = await growth(energy);
  t.same(faultsOf(ada), []);
  await ada.button('Leave').click();
  await ada.button('Rejoin').waitFor();
  const loud = await ParticipantPage.join(browser, appliance, 'Loud', { room: 'noise' });
  await grace.seesAndHears(1);
  const plain = await growth(energy);
  t.ok(suppressed < plain / 2, `${suppressed} of ${plain}`);
  await Promise.all([ada.close(), grace.close(), loud.close()]);
});

/** How much it grew within forty readings, about four seconds. */
async function growth(read: () => Promise<number>): Promise<number> {
  const readings: number[] = [];
  await until(
    'enough was heard',
    async () => readings.push(await read()),
    (count) => count > 40,
  );
  return (readings.at(-1) ?? 0) - (readings[0] ?? 0);
}

t.test('people hear themselves, and are told when there is nothing to hear', async (t) => {
  const ada = await ParticipantPage.open(browser, appliance, 'Ada', { room: 'echo' });
  await ada.button('Hear yourself').click();
  await said(ada.page, 'Say a few words now…').waitFor();
  await said(ada.page, 'That is how the others hear you.').waitFor();
  await ada.button('Stop').click();
  await ada.button('Hear yourself').waitFor();

  await ada.page.evaluate(() => {
    // A microphone with its switch off: there, and silent.
    const context = new AudioContext();
    const hum = context.createOscillator();
    const volume = context.createGain();
    const output = context.createMediaStreamDestination();
    volume.gain.value = 0;
    hum.connect(volume).connect(output);
    hum.start();
    Object.assign(window, { context });
    navigator.mediaDevices.getUserMedia = async () => output.stream;
  });
  const microphones = ada.page.getByRole('combobox', { name: 'Microphone' });
  await microphones.selectOption({ index: 1 });
  await until('the level is at nothing', () =>
    ada.page
      .locator('level-bar')
      .first()
      .evaluate((bar) => bar.getAttribute('aria-valuenow') === '0'),
  );
  await ada.button('Hear yourself').click();
  await said(ada.page, 'Nothing was heard.').waitFor();
  t.same(faultsOf(ada), []);
  await ada.close();
});
