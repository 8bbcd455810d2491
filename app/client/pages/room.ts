import { Device } from 'mediasoup-client';
import { type Ending, EndPage } from '../elements/end-page.ts';
import { faultSentence } from '../elements/fault-sentence.ts';
import { MeetingRoom } from '../elements/meeting-room.ts';
import { part } from '../elements/parts.ts';
import { PreJoin } from '../elements/pre-join.ts';
import { registerElements } from '../elements/register.ts';
import { loadTexts, t } from '../elements/texts.ts';
import { backgroundBlur } from '../meeting/effects/background-blur.ts';
import { noiseSuppression } from '../meeting/effects/noise-suppression.ts';
import { LocalDevices } from '../meeting/local-devices.ts';
import type { MediaPath } from '../meeting/media-session.ts';
import { Meeting } from '../meeting/meeting.ts';
import type { PageData } from '../meeting/page-data.ts';
import { readPreferences } from '../meeting/room-preferences.ts';
import { Signalling } from '../meeting/signalling.ts';
import { WakeLock } from '../meeting/wake-lock.ts';

/** One room page: before, during and after a meeting. Each entry makes a new socket and a new meeting. */

/** Away for so long, a phone may have put its network to sleep, in milliseconds. */
const LONG_AWAY_MS = 10_000;

const page: PageData = JSON.parse(document.getElementById('page-data')?.textContent ?? '{}');
loadTexts(page.language, page.texts);
registerElements();

const preJoin = part(document, 'pre-join', PreJoin);
const room = part(document, 'meeting', MeetingRoom);
const endPage = part(document, 'end', EndPage);
const path = pathAskedFor();
const devices = new LocalDevices({
  blur: backgroundBlur(page.effects.blurWorker),
  noise: noiseSuppression(page.effects.noiseWorklet),
});
const wakeLock = new WakeLock();
const device = loadedDevice();
let meeting: Meeting | undefined;
let hiddenAt = Date.now();
let stepTitle = document.title;

preJoin.connect(devices);
room.connect(devices);
rememberEffects();
endPage.connect();
preJoin.onJoin = (name) => void join(name);
preJoin.onGiveUp = leave;
room.onLeave = leave;
room.onWaiting = showTitle;
endPage.onRejoin = () => {
  endPage.close();
  begin();
};
showPath();
begin();

/** From the start, or after the end of a meeting: the socket opens while the person looks into the mirror. */
function begin(): void {
  const signalling = new Signalling(`wss://${location.host}/signalling`);
  signalling.open();
  setStep('pre-join');
  preJoin.open(devices);
  void devices.start();
  void prepare(signalling);
}

async function prepare(signalling: Signalling): Promise<void> {
  try {
    const next = new Meeting({
      signalling,
      device: await device,
      room: page.slug,
      invitation: page.invitation,
      path,
    });
    meeting = next;
    next.on('ended', (reason) => end(next, reason));
  } catch {
    signalling.close();
    preJoin.showError(t('join.unsupported'));
  }
}

async function join(name: string): Promise<void> {
  // The device is usually ready long before; a browser that cannot take part was told so already.
  await device.catch(() => {});
  const current = meeting;
  if (!current) return preJoin.showError(t('join.unsupported'));
  const stops = [
    current.on('waitingForChanged', (waitingFor) => preJoin.showWaiting(waitingFor)),
    current.on('stateChanged', (state) => {
      if (state !== 'joined') return;
      for (const stop of stops) stop();
      enter(current, name);
    }),
  ];
  try {
    await current.join(name);
  } catch (fault) {
    for (const stop of stops) stop();
    // Once inside, the meeting itself says what fails.
    if (current.state === 'idle') preJoin.showError(faultSentence(fault));
  }
}

function enter(current: Meeting, name: string): void {
  preJoin.close();
  setStep('meeting');
  room.open(current, name);
  wakeLock.hold();
}

function leave(): void {
  const current = meeting;
  if (!current) return;
  current.leave();
  end(current, 'left');
}

function end(ended: Meeting, ending: Ending): void {
  if (ended !== meeting) return;
  meeting = undefined;
  wakeLock.release();
  devices.release();
  preJoin.close();
  room.close();
  setStep('end');
  endPage.open(ending);
}

function setStep(step: 'pre-join' | 'meeting' | 'end'): void {
  document.body.dataset.step = step;
  const title = { 'pre-join': 'join', meeting: 'meeting', end: 'end' } as const;
  stepTitle = t(`title.${title[step]}`, { room: page.titleName, site: page.siteName });
  showTitle(0);
}

/** The title, which is seen from another tab too, tells how many wait to be let in. */
function showTitle(waiting: number): void {
  document.title = waiting === 0 ? stepTitle : t('title.waiting', { title: stepTitle, waiting });
}

/** Effects are as they were the last time. */
function rememberEffects(): void {
  const { blur, noise } = readPreferences();
  if (blur) devices.setEffect('blur', true);
  if (noise) devices.setEffect('noise', true);
}

async function loadedDevice(): Promise<Device> {
  const loaded = await Device.factory();
  await loaded.load({ routerRtpCapabilities: page.routerRtpCapabilities });
  return loaded;
}

/** `?path=udp`, `tcp` or `relay`: lets whoever runs the network see which of them works. */
function pathAskedFor(): MediaPath {
  const asked = new URLSearchParams(location.search).get('path');
  return (['udp', 'tcp', 'relay'] as const).find((known) => known === asked) ?? 'any';
}

function showPath(): void {
  if (path === 'any') return;
  const notice = part(document, 'path', HTMLElement);
  notice.textContent = t(`path.${path}`);
  notice.hidden = false;
}

addEventListener('pagehide', () => meeting?.leave());
// A page that comes back out of the browser's memory has left its meeting.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
addEventListener('online', () => meeting?.networkChanged());
(navigator as { connection?: EventTarget }).connection?.addEventListener('change', () =>
  meeting?.networkChanged(),
);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') hiddenAt = Date.now();
  else comeBack(Date.now() - hiddenAt);
});

/** After a phone call, or from another program: the browser let go of the screen, of devices, perhaps of the network. */
function comeBack(awayMs: number): void {
  if (meeting?.state === 'joined') wakeLock.hold();
  devices.comeBack();
  if (awayMs > LONG_AWAY_MS) meeting?.networkChanged();
}
