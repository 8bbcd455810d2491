import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import t from 'tap';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser } from './participant-page.ts';

/** The pages before a meeting, in a real browser. */

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});

/** Opens a page in a profile of its own, which `prepare` may change before. */
async function open(
  path: string,
  options: BrowserContextOptions = {},
  prepare?: (context: BrowserContext) => Promise<unknown>,
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  await prepare?.(context);
  const page = await context.newPage();
  await page.goto(appliance.url(path));
  return page;
}

const nameField = (page: Page) => page.getByRole('textbox', { name: 'Your name' });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

for (const [what, path] of [
  ['home', '/'],
  ['home with a fault', '/r?name=%21'],
  ['trust', '/trust'],
  ['privacy', '/privacy'],
  ['an error', '/nothing-here'],
  ['pre-join', '/r/a-room'],
] as const) {
  for (const locale of ['en-GB', 'fr-FR']) {
    t.test(`${what} in ${locale}: for every eye and hand`, async (t) => {
      const page = await open(path, { locale });
      t.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
      t.equal(await page.locator('h1:visible').count(), 1, 'one heading says where one is');
      await checkPage(t, page, what);
      await page.context().close();
    });
  }
}

t.test('the controls have their names in both languages', async (t) => {
  const home = await open('/', { locale: 'fr-FR' });
  t.ok(await home.getByRole('textbox', { name: 'Nom de la salle' }).isVisible());
  t.ok(await button(home, 'Entrer').isVisible());
  const room = await open('/r/a-room', { locale: 'fr-FR' });
  await room.getByRole('textbox', { name: 'Votre nom' }).fill('Zoé');
  t.equal(await button(room, 'Micro').getAttribute('aria-pressed'), 'true');
  t.equal(await button(room, 'Caméra').getAttribute('aria-pressed'), 'true');
  await button(room, 'Rejoindre').click();
  for (const name of ['Micro', 'Caméra', 'Partager l’écran', 'Quitter']) await button(room, name).waitFor();
  await room.getByRole('listitem', { name: /^Zoé \(vous\)/ }).waitFor();
  t.pass('before the meeting and in it');
  await Promise.all([home, room].map((page) => page.context().close()));
});

t.test('from the home page into the meeting with the keyboard alone', async (t) => {
  const page = await open('/');
  await page.keyboard.type("Réunion d'équipe n° 3");
  await page.keyboard.press('Enter');
  await page.waitForURL('**/r/reunion-d-equipe-n-3');
  await until('the name field has the focus', () =>
    nameField(page).evaluate((field) => field === document.activeElement),
  );
  await page.keyboard.press('Enter');
  t.equal(await page.getByRole('alert').textContent(), 'Type your name first.');
  t.equal(await nameField(page).getAttribute('aria-invalid'), 'true');
  t.equal(await page.evaluate(() => document.activeElement?.id), 'your-name', 'the focus stays');
  await page.keyboard.type('Ada');
  t.equal(await page.getByRole('alert').count(), 0, 'the fault goes with the first letter');
  await page.keyboard.press('Enter');
  await button(page, 'Leave').waitFor();
  t.equal(await page.evaluate(() => document.activeElement?.textContent), 'reunion-d-equipe-n-3');
  await page.context().close();
});

/** Stands in for a computer on which nothing can be had. */
const refuse = ({ name, message }: { name: string; message: string }) => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException(message, name);
  };
};

for (const [name, message, what, cure] of [
  ['NotAllowedError', 'Permission denied', /blocked for this page/, /icon to the left/],
  ['NotAllowedError', 'Permission denied by system', /system does not let/, /privacy settings/],
  ['NotReadableError', 'Could not start', /used by another program/, /Close other/],
  ['NotFoundError', 'Requested device not found', /No camera and no microphone/, /Connect them/],
  ['InvalidStateError', 'What?', /did not start/, /restart the browser/],
] as const) {
  t.test(`${name} (${message}) is explained, and one can join all the same`, async (t) => {
    const page = await open('/r/without-devices', {}, (context) =>
      context.addInitScript(refuse, { name, message }),
    );
    const fault = page.getByRole('status').filter({ hasText: what });
    await fault.waitFor();
    t.match(await fault.textContent(), cure, 'with a cure');
    t.equal(await button(page, 'Camera').getAttribute('aria-pressed'), 'false');
    t.equal(await button(page, 'Microphone').getAttribute('aria-pressed'), 'false');
    if (name === 'NotFoundError') await checkPage(t, page, 'pre-join without devices');
    await nameField(page).fill('Listener');
    await button(page, 'Join').click();
    await page.getByRole('listitem', { name: /^Listener \(you\), microphone off, camera off/ }).waitFor();
    t.equal(await page.getByRole('listitem').locator('video').count(), 1, 'the tile holds a video');
    await button(page, 'Camera').click();
    await page.getByRole('status').getByText(what).first().waitFor();
    t.pass('and it is said again when one tries during the meeting');
    await page.context().close();
  });
}

t.test('one of the two devices is at fault: the other one works', async (t) => {
  const page = await open('/r/half', {}, (context) =>
    context.addInitScript(() => {
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        if (constraints?.video) throw new DOMException('', 'NotReadableError');
        return ask(constraints);
      };
    }),
  );
  await page.getByText('The camera is used by another program.').waitFor();
  t.equal(await button(page, 'Microphone').getAttribute('aria-pressed'), 'true');
  await until('the level moves', async () =>
    Number(await page.getByRole('meter', { name: 'Microphone level' }).getAttribute('aria-valuenow')),
  );
  t.pass('the microphone is heard');
  await page.context().close();
});

t.test('permission given later: the device comes without being asked for again', async (t) => {
  const page = await open('/r/later', {}, (context) =>
    context.addInitScript(() => {
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const state = Object.assign(new EventTarget(), { state: 'denied' });
      navigator.permissions.query = async () => state as unknown as PermissionStatus;
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        if (state.state === 'denied') throw new DOMException('Permission denied', 'NotAllowedError');
        return ask(constraints);
      };
      Object.assign(window, {
        allow: () => {
          state.state = 'granted';
          state.dispatchEvent(new Event('change'));
        },
      });
    }),
  );
  await page.getByText('Camera and microphone are blocked for this page.').waitFor();
  await page.evaluate(() => (window as unknown as { allow: () => void }).allow());
  await until('the picture is there', () =>
    page.locator('pre-join video').evaluate((video: HTMLVideoElement) => video.videoWidth > 0),
  );
  t.equal(await page.getByText('blocked for this page').count(), 0);
  await page.context().close();
});

t.test('the preview shows, hears, lets choose, and goes into the call as it is', async (t) => {
  const page = await open('/r/preview', {}, (context) =>
    context.addInitScript(() => {
      const asked: MediaStreamConstraints[] = [];
      const given: MediaStreamTrack[] = [];
      Object.assign(window, { asked, given });
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        asked.push(constraints ?? {});
        const stream = await ask(constraints);
        given.push(...stream.getTracks());
        return stream;
      };
    }),
  );
  const asked = () => page.evaluate(() => (window as unknown as { asked: unknown[] }).asked.length);
  const live = () =>
    page.evaluate(() =>
      (window as unknown as { given: MediaStreamTrack[] }).given
        .filter(({ readyState }) => readyState === 'live')
        .map(({ kind }) => kind)
        .sort(),
    );
  const preview = page.locator('pre-join video');
  await until('the picture is there', () =>
    preview.evaluate((video: HTMLVideoElement) => video.videoWidth > 0),
  );
  t.equal(await asked(), 1, 'both devices were asked for at once');
  t.match(await preview.evaluate((video) => getComputedStyle(video).transform), /^matrix\(-1/, 'mirrored');

  const microphones = page.getByRole('combobox', { name: 'Microphone' });
  await until(
    'the microphones have their names',
    () => microphones.locator('option').allTextContents(),
    (names) => names.length > 1 && names.every((name) => /Fake/.test(name)),
  );
  await microphones.selectOption({ label: 'Fake Audio Input 2' });
  await until('the other microphone is asked for', asked, (count) => count === 2);
  t.ok(await page.getByRole('combobox', { name: 'Camera' }).isEnabled());
  t.ok(await page.getByRole('combobox', { name: 'Speaker' }).isEnabled());

  await button(page, 'Camera').click();
  await until('the camera is released', live, (kinds) => kinds.join() === 'audio');
  t.ok(await page.getByText('Your camera is off.').isVisible());
  await button(page, 'Camera').click();
  await until('the camera is back', live, (kinds) => kinds.join() === 'audio,video');
  await button(page, 'Microphone').click();

  const before = await asked();
  await nameField(page).fill('Ada');
  await button(page, 'Join').click();
  await page.getByRole('listitem', { name: 'Ada (you), microphone off' }).waitFor();
  t.equal(await asked(), before, 'no device was asked for again');
  t.same(await live(), ['audio', 'video']);
  await button(page, 'Leave').click();
  await until('everything is released', live, (kinds) => kinds.length === 0);
  t.pass('and nothing is left on');
  await page.context().close();
});

t.test('a server that cannot be reached, and one that refuses, are said beside the form', async (t) => {
  const page = await open('/r/away');
  let refuses = true;
  await page.routeWebSocket(/signalling/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const { id, request } = JSON.parse(String(message));
      if (request !== 'join' || !refuses) return server.send(message);
      socket.send(JSON.stringify({ id, error: { code: 'room_full', message: 'The room is full.' } }));
    });
  });
  await page.reload();
  await nameField(page).fill('Ada');
  await nameField(page).press('Enter');
  await page.getByRole('alert').getByText('The room is full.').waitFor();
  t.equal(await nameField(page).inputValue(), 'Ada');
  t.equal(await page.evaluate(() => document.activeElement?.id), 'your-name', 'the focus stays');
  await checkPage(t, page, 'pre-join with a fault');
  refuses = false;
  await button(page, 'Join').click();
  await button(page, 'Leave').waitFor();
  t.pass('and a second try may work');
  await page.context().close();

  const lost = await open('/r/away');
  await lost.routeWebSocket(/signalling/, (socket) => socket.close());
  await lost.reload();
  await nameField(lost).fill('Ada');
  await button(lost, 'Join').click();
  await lost.getByRole('alert').getByText('The server cannot be reached.').waitFor();
  await lost.context().close();
});

t.test('a browser that cannot take part is told so', async (t) => {
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 Firefox/91.0';
  const page = await open('/r/old', { userAgent }, (context) =>
    context.addInitScript(() => {
      Object.defineProperty(navigator, 'userAgentData', { value: undefined });
    }),
  );
  await page
    .getByRole('alert')
    .getByText(/cannot take part/)
    .waitFor();
  await nameField(page).fill('Ada');
  await button(page, 'Join').click();
  t.ok(
    await page
      .getByRole('alert')
      .getByText(/cannot take part/)
      .isVisible(),
  );
  await page.context().close();
});

t.test('nothing is stored by the page', async (t) => {
  const page = await open('/r/stores-nothing');
  await nameField(page).fill('Ada');
  await button(page, 'Join').click();
  await button(page, 'Leave').click();
  const { cookies, origins } = await page.context().storageState({ indexedDB: true });
  t.same({ cookies, origins }, { cookies: [], origins: [] });
  await page.context().close();
});
