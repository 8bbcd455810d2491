import type { HoldMessage, HoldView } from '../../clinic/hold-view.ts';
import { holdWords } from '../../clinic/hold-words.ts';
import { LiveSocket } from '../clinic/live-socket.ts';
import { ring } from '../meeting/chime.ts';
import { ConnectionTestPanel } from './connection-test.ts';
import { DeviceMirror } from './device-mirror.ts';
import { part } from './parts.ts';
import { type TextKey, t, timeOfDay } from './texts.ts';

/** What the server wrote into the page. */
export interface HoldPageData {
  readonly slug: string;
  readonly siteName: string;
  readonly hold: HoldView;
}

/** How often somebody is called again who does not come, in milliseconds, and how often at most. */
const CALL_AGAIN_MS = 15_000;
const CALLS = 8;

/** Away for so long, a phone may have put its network to sleep, in milliseconds. */
const LONG_AWAY_MS = 10_000;

/** `<hold-page>`: a patient's place, what staff writes to them, and the door to the call once it is their turn. */
export class HoldPage extends HTMLElement {
  #siteName = '';
  #hold: HoldView | undefined;
  #callTimer: ReturnType<typeof setInterval> | undefined;

  connect({ slug, siteName, hold }: HoldPageData): void {
    this.#siteName = siteName;
    this.#hold = hold;
    const mirror = part(this, 'mirror', DeviceMirror);
    mirror.connect();
    mirror.onSound = ring;
    part(this, 'connection-test', ConnectionTestPanel).connect();
    // The room asks for the same devices.
    part(this, 'enter', HTMLAnchorElement).addEventListener('click', () => mirror.stop());
    this.#show(hold);
    this.#call(hold);
    const socket = new LiveSocket<HoldMessage>(`wss://${location.host}/w/${slug}/live`, location.pathname);
    socket.on('message', (message) => this.#changed(message.hold));
    socket.on('opened', () => this.#showLost(''));
    socket.on('lost', () => this.#showLost(t('hold.lostConnection')));
    socket.on('refused', () => location.reload());
    socket.open();
    this.#listen(socket);
  }

  #listen(socket: LiveSocket<HoldMessage>): void {
    let hiddenAt = Date.now();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') hiddenAt = Date.now();
      else if (Date.now() - hiddenAt > LONG_AWAY_MS) socket.renew();
    });
    addEventListener('offline', () => socket.lose());
    addEventListener('online', () => socket.renew());
    // Out of the browser's memory: its socket is closed.
    addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
    addEventListener('pagehide', () => {
      socket.close();
      part(this, 'mirror', DeviceMirror).stop();
    });
  }

  #changed(hold: HoldView): void {
    const before = this.#hold;
    this.#hold = hold;
    this.#show(hold);
    if (before && hold.messages.length > before.messages.length) ring();
    if (before?.state === hold.state) return;
    this.#call(hold);
    // Whoever hears the page is led to what changed; also on a small screen it is at the top.
    part(this, 'heading', HTMLElement).focus();
    window.scrollTo(0, 0);
  }

  #show(hold: HoldView): void {
    const words = holdWords(hold, (key, values) => t(`hold.${key}` as TextKey, values));
    this.dataset.state = hold.state;
    write(part(this, 'heading', HTMLElement), words.heading);
    write(part(this, 'sentence', HTMLElement), words.sentence);
    for (const [name, text] of [
      ['place', words.place],
      ['number', words.number],
      ['remark', words.remark],
    ] as const) {
      const element = part(this, name, HTMLElement);
      write(element, text ?? '');
      element.hidden = text === null;
    }
    part(this, 'place-box', HTMLElement).hidden = words.place === null;
    part(this, 'call', HTMLElement).hidden = !words.canEnter;
    part(this, 'return', HTMLElement).hidden = !words.canReturn;
    part(this, 'leave', HTMLElement).hidden = !words.canLeave;
    part(this, 'tips', HTMLElement).hidden = !words.canLeave;
    part(this, 'meanwhile', HTMLElement).hidden = !words.canLeave;
    part(this, 'door', HTMLElement).hidden = hold.state !== 'left' && hold.state !== 'ended';
    if (!words.canLeave) part(this, 'mirror', DeviceMirror).stop();
    part(this, 'messages', HTMLElement).hidden = !words.hasMessages;
    this.#showMessages(hold);
    document.title = t(hold.state === 'called' ? 'title.called' : 'title.hold', { site: this.#siteName });
  }

  #showMessages({ messages }: HoldView): void {
    const list = part(this, 'message-list', HTMLUListElement);
    const lines = messages.map(({ text, sentAt }) => [text, timeOfDay(sentAt)] as const);
    // Those that are there stay, so that only a new one is read out.
    for (const [index, [text, time]] of lines.entries()) {
      const line = list.children[index] ?? list.appendChild(messageLine());
      const [words, at] = line.children;
      if (words) write(words, text);
      if (at) write(at, time);
    }
    while (list.children.length > lines.length) list.lastElementChild?.remove();
  }

  #showLost(sentence: string): void {
    const lost = part(this, 'lost', HTMLElement);
    write(lost, sentence);
    lost.hidden = sentence === '';
  }

  /** A tone when it is their turn, again and again for somebody who went to the kitchen. */
  #call({ state }: HoldView): void {
    clearInterval(this.#callTimer);
    if (state !== 'called') return;
    let calls = 1;
    ring();
    navigator.vibrate?.([300, 150, 300]);
    this.#callTimer = setInterval(() => {
      calls += 1;
      ring();
      if (calls >= CALLS) clearInterval(this.#callTimer);
    }, CALL_AGAIN_MS);
  }
}

/** Written again, it would be read out again. */
function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function messageLine(): HTMLLIElement {
  const line = document.createElement('li');
  line.append(document.createElement('span'), document.createElement('time'));
  return line;
}
