import { createHash, X509Certificate } from 'node:crypto';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { SignedIn } from '../app/signed-in.ts';
import { launchChromium } from '../chromium.ts';
import { until } from '../deadline.ts';

/** An appliance that browsers reach, however it was started. */
export interface Served {
  /** The address of its pages, with a path behind it. */
  url(path?: string): string;
  /** PEM of its own authority. */
  authority(): Promise<string>;
}

/**
 * Starts a real Chromium with a fake camera (a moving picture) and microphone (beeps) that trusts the appliance's own
 * authority and nothing else that a fresh profile would not.
 *
 * @param options.executablePath see {@link launchChromium}.
 * @param options.microphone a WAV file to be heard instead of the beeps.
 */
export async function launchBrowser(
  appliance: Served,
  { executablePath, microphone }: { executablePath?: string; microphone?: string } = {},
): Promise<Browser> {
  const authority = new X509Certificate(await appliance.authority());
  const spki = authority.publicKey.export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(spki).digest('base64');
  const more = microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`];
  return launchChromium([`--ignore-certificate-errors-spki-list=${hash}`, ...more], executablePath);
}

/** What one remote track looked like at one moment. */
export interface Received {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly framesDecoded: number;
  readonly totalAudioEnergy: number;
}

/** One participant, as a person with a browser: everything through the page's own controls. */
export class ParticipantPage {
  readonly page: Page;
  readonly name: string;
  /** Faults that the page itself reported. */
  readonly faults: string[] = [];
  /** Every address the page asked for. */
  readonly requested: string[] = [];
  readonly #context: BrowserContext;

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.#context = context;
    this.page = page;
    page.on('pageerror', (fault) => this.faults.push(fault.message));
    page.on('request', (request) => this.requested.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
  }

  /** Opens the room's page in a profile of its own, up to the form that asks for the name. */
  static async open(
    browser: Browser,
    appliance: Served,
    name: string,
    {
      room = 'test-room',
      query = '',
      relayBy = '',
      path = `/r/${room}${query}`,
      signedIn,
    }: {
      room?: string;
      query?: string;
      /** Takes from the browser every way to the relay but the one whose URL holds this. */
      relayBy?: string;
      /** What is opened, if it is not the room's own address. */
      path?: string;
      /** Whose session the browser holds; nobody's by default. */
      signedIn?: SignedIn;
    } = {},
  ): Promise<ParticipantPage> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1000, height: 700 } });
    if (signedIn) {
      const [name = '', value = ''] = signedIn.headers.cookie.split('=');
      await context.addCookies([{ name, value, url: appliance.url('/'), secure: true, httpOnly: true }]);
    }
    // The page keeps its connections to itself; the test wants their statistics.
    await context.addInitScript((relayBy) => {
      const connections: RTCPeerConnection[] = [];
      Object.assign(window, { connections });
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super({
            ...configuration,
            iceServers: (configuration?.iceServers ?? []).map((server) => ({
              ...server,
              urls: [server.urls].flat().filter((url) => url.includes(relayBy)),
            })),
          });
          connections.push(this);
        }
      };
    }, relayBy);
    const participant = new ParticipantPage(name, context, await context.newPage());
    await participant.page.goto(appliance.url(path));
    return participant;
  }

  static async join(...parameters: Parameters<typeof ParticipantPage.open>): Promise<ParticipantPage> {
    const participant = await ParticipantPage.open(...parameters);
    await participant.enter();
    return participant;
  }

  /** Fills in the name and joins. */
  async enter(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.button('Join').click();
    await this.button('Leave').waitFor();
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Whether a button that stays pressed is. */
  async isPressed(name: string): Promise<boolean> {
    return (await this.button(name).getAttribute('aria-pressed')) === 'true';
  }

  /** The tile of another participant. */
  tile(name: string): Locator {
    return this.page.getByRole('listitem', { name: new RegExp(`^${name}`) });
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  /** All that comes in now, from connections that are still open. */
  received(): Promise<Received[]> {
    return this.page.evaluate(async () => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const all: Received[] = [];
      for (const [index, connection] of connections.entries()) {
        if (connection.signalingState === 'closed') continue;
        for (const entry of (await connection.getStats()).values()) {
          // The probator carries padding that mediasoup uses to measure bandwidth; it is no track of anyone.
          if (entry.type !== 'inbound-rtp' || entry.mid === 'probator') continue;
          all.push({
            id: `${index} ${entry.id}`,
            kind: entry.kind,
            framesDecoded: entry.framesDecoded ?? 0,
            totalAudioEnergy: entry.totalAudioEnergy ?? 0,
          });
        }
      }
      return all;
    });
  }

  /** Which way media really takes: of every connected pair, the local candidate's type and protocol. */
  paths(): Promise<string[]> {
    return this.page.evaluate(async () => {
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const paths: string[] = [];
      for (const connection of connections.filter(({ signalingState }) => signalingState !== 'closed')) {
        const stats = await connection.getStats();
        for (const entry of stats.values()) {
          if (entry.type !== 'transport' || !entry.selectedCandidatePairId) continue;
          const pair = stats.get(entry.selectedCandidatePairId);
          const local = stats.get(pair.localCandidateId);
          paths.push(`${local.candidateType} ${local.protocol}`);
        }
      }
      return paths;
    });
  }

  /** Waits until pictures are decoded and sound is heard, newly since now, from `count` others or more. */
  async seesAndHears(count: number, deadlineMs = 30_000): Promise<void> {
    const before = new Map((await this.received()).map((track) => [track.id, track]));
    const isAlive = ({ id, kind, framesDecoded, totalAudioEnergy }: Received) =>
      kind === 'video'
        ? framesDecoded > (before.get(id)?.framesDecoded ?? 0) + 5
        : // Silence has an energy of about 1e-9 a second; the beeps of the fake microphone are far above it.
          totalAudioEnergy > (before.get(id)?.totalAudioEnergy ?? 0) + 1e-5;
    const alive = (tracks: Received[], kind: Received['kind']) =>
      tracks.filter((track) => track.kind === kind && isAlive(track)).length;
    await until(
      `${this.name} sees and hears ${count} others`,
      () => this.received(),
      (now) => alive(now, 'video') >= count && alive(now, 'audio') >= count,
      deadlineMs,
    );
  }

  /** Starts to note how long the pictures stand still; the answer is the longest standstill so far, in milliseconds. */
  async watchStandstill(): Promise<() => Promise<number>> {
    await this.page.evaluate(() => {
      const watch = { longestMs: 0 };
      Object.assign(window, { watch });
      const { connections } = window as unknown as { connections: RTCPeerConnection[] };
      const decoded = async () => {
        let frames = 0;
        for (const connection of connections) {
          if (connection.signalingState === 'closed') continue;
          for (const entry of (await connection.getStats()).values()) {
            if (entry.type === 'inbound-rtp' && entry.kind === 'video' && entry.mid !== 'probator') {
              frames += entry.framesDecoded ?? 0;
            }
          }
        }
        return frames;
      };
      let frames = -1;
      let movedAt = performance.now();
      setInterval(async () => {
        const now = await decoded();
        if (now !== frames) {
          frames = now;
          movedAt = performance.now();
        }
        watch.longestMs = Math.max(watch.longestMs, performance.now() - movedAt);
      }, 50);
    });
    return () =>
      this.page.evaluate(() => (window as unknown as { watch: { longestMs: number } }).watch.longestMs);
  }
}

/** Ada and Grace in one room. */
export async function meetingOfTwo(
  browser: Browser,
  appliance: Served,
  room: string,
): Promise<{ ada: ParticipantPage; grace: ParticipantPage; close: () => Promise<unknown> }> {
  const ada = await ParticipantPage.join(browser, appliance, 'Ada Lovelace', { room });
  const grace = await ParticipantPage.join(browser, appliance, 'Grace Hopper', { room });
  return { ada, grace, close: () => Promise.all([ada.close(), grace.close()]) };
}

/** What the page told everybody, those who hear it included. */
export function said(page: Page, text: string | RegExp): Locator {
  return page.getByRole('status').getByText(text).first();
}
