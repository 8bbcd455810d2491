import { createHash, X509Certificate } from 'node:crypto';
import type { Page } from 'playwright-core';
import t from 'tap';
import { iceServers, type TurnServer } from '../../turn/credentials.ts';
import { launchChromium } from '../chromium.ts';
import { makeCertificate } from './certificate.ts';
import { Coturn } from './coturn.ts';

// What the app tells a browser about the relay, given to a real one.

const certificate = await makeCertificate();
const coturn = await Coturn.start({ certificate });
t.teardown(() => coturn.stop());
const authorityKey = new X509Certificate(certificate.authority).publicKey.export({
  type: 'spki',
  format: 'der',
});
const trust = createHash('sha256').update(authorityKey).digest('base64');
const browser = await launchChromium([`--ignore-certificate-errors-spki-list=${trust}`]);
t.teardown(() => browser.close());
const page = await browser.newPage();

const [server] = iceServers(coturn.config, '127.0.0.1', coturn.credentials());
if (!server) throw new Error('the relay is on by default');

// The way over the port of the pages needs the app, and is tested with it.
const own = server.urls.filter((url) => !url.includes(`:${coturn.config.https.port}?`));
for (const url of own) {
  t.test(url.replace(/\d{4,5}/, 'PORT'), async (t) => {
    t.equal(await talk(page, { ...server, urls: [url] }), 'relayed');
  });
}

t.test('a forged credential', async (t) => {
  t.match(await talk(page, { ...server, credential: 'forged' }), /401/);
});

/** As much of W3C WebRTC as `talk` uses in the page. */
interface Connection {
  onicecandidate: (event: { readonly candidate: object | null }) => void;
  onicecandidateerror: (event: { readonly errorCode: number; readonly errorText: string }) => void;
  ondatachannel: (event: { readonly channel: Channel }) => void;
  readonly localDescription: object;
  addIceCandidate(candidate?: object): Promise<void>;
  createDataChannel(name: string): Channel;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: object): Promise<void>;
  close(): void;
}
interface Channel {
  onopen: () => void;
  onmessage: (event: { readonly data: string }) => void;
  send(text: string): void;
}
declare const RTCPeerConnection: new (configuration: object) => Connection;

/** Two connections of one page that may only use the relay: what one hears from the other, or the relay's refusal. */
async function talk(page: Page, server: TurnServer): Promise<string> {
  return page.evaluate(async (server) => {
    const configuration = { iceServers: [server], iceTransportPolicy: 'relay' };
    const [alice, bob] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
    const errors: string[] = [];
    try {
      return await new Promise<string>((resolve, reject) => {
        setTimeout(() => reject(new Error(`no word came through; ${errors.join(', ')}`)), 20_000);
        for (const [one, other] of [
          [alice, bob],
          [bob, alice],
        ] as const) {
          one.onicecandidate = ({ candidate }) => void other.addIceCandidate(candidate ?? undefined);
          one.onicecandidateerror = ({ errorCode, errorText }) => {
            errors.push(`${errorCode} ${errorText}`);
            if (errorCode === 401) resolve(errors.join(', '));
          };
        }
        bob.ondatachannel = ({ channel }) => {
          channel.onmessage = ({ data }) => resolve(data);
        };
        const channel = alice.createDataChannel('words');
        channel.onopen = () => channel.send('relayed');
        const negotiate = async () => {
          await alice.setLocalDescription();
          await bob.setRemoteDescription(alice.localDescription);
          await bob.setLocalDescription();
          await alice.setRemoteDescription(bob.localDescription);
        };
        negotiate().catch(reject);
      });
    } finally {
      alice.close();
      bob.close();
    }
  }, server);
}
