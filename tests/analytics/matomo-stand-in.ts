import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { KeptVisits } from './kept-visits.ts';

/** A hit as it arrived: the fields of one entry of `requests`. */
export type ArrivedHit = Readonly<Record<string, string>>;

/**
 * What it does with bulks. `hangs`: takes the request and never answers. `refuses`: answers 500 to all. `mad`: takes
 * none of those whose `lang` is `fr` (400 for a bulk that has any). `invalid`: says that it could use none.
 */
type Mood = 'answers' | 'hangs' | 'refuses' | 'mad' | 'invalid';

const TOKEN = 'c'.repeat(32);
const OFFICER_TOKEN = 'e'.repeat(32);
export const READER_PASSWORD = 'd'.repeat(43);

/**
 * What a hit may say, and how: the parameters of Matomo's tracking API that the commitment allows
 * (https://developer.matomo.org/api-reference/tracking-api). Whatever else comes is a fault.
 */
const allowed: Readonly<Record<string, RegExp>> = {
  idsite: /^[1-9]\d*$/,
  rec: /^1$/,
  apiv: /^1$/,
  // Parameters of a route by their names alone.
  url: /^https:\/\/[\w.:[\]-]+(\/(:?[\w.-]+|\*))*\/?$/,
  cip: /^(\d+\.\d+\.0\.0|([\da-f]{1,4}:){1,3}:)$/,
  ua: /^[^@]{1,400}$/,
  lang: /^(en|fr)$/,
  cdt: /^\d{10}$/,
  urlref: /^https?:\/\/[\w.:-]+\/$/,
};
const needed = ['idsite', 'rec', 'apiv', 'url', 'cip', 'ua', 'lang', 'cdt'];

/** Speaks Matomo's tracking API as documented, on loopback, and keeps all that it was told. */
export class MatomoStandIn {
  mood: Mood = 'answers';
  /** Hits that it took, in the order of their coming. */
  readonly hits: ArrivedHit[] = [];
  /** Whatever is not as it has to be. */
  readonly faults: string[] = [];
  /** All that ever came, as bytes of text: heads and bodies. */
  heard = '';
  /** What was asked of its pages. */
  readonly pages: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  /** How many bulks it refused, and how many it holds without an answer. */
  refused = 0;
  hanging = 0;
  settings: { name: string; wanted: boolean | number; found: boolean | number }[] = [];
  /** Single visits; of those that are told of nothing comes here. */
  readonly kept = new KeptVisits();
  #server: Server;
  /** Hosts of its sites; each has the number of its place. */
  readonly sites: string[];
  #port = 0;

  private constructor(sites: readonly string[]) {
    this.sites = [...sites];
    this.#server = this.#make();
  }

  static async start(sites: readonly string[] = ['localhost']): Promise<MatomoStandIn> {
    const standIn = new MatomoStandIn(sites);
    await standIn.up();
    return standIn;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Where the app finds what opens it. */
  async keepSecrets(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'tracker-token'), `${TOKEN}\n`);
    await writeFile(join(folder, 'officer-token'), `${OFFICER_TOKEN}\n`);
    await writeFile(join(folder, 'reader-password'), `${READER_PASSWORD}\n`);
  }

  /** Listens again, on the same port. */
  async up(): Promise<void> {
    this.#server = this.#make();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #make(): Server {
    return createServer((request, response) => {
      this.#answer(request, response).catch((thrown: unknown) => this.faults.push(String(thrown)));
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    this.heard += `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n${decodeURIComponent(body.replaceAll('+', ' '))}\n`;
    if (request.url === '/linkello/status.json') return void this.#say(response, 200, this.#status());
    if (request.url === '/index.php' && body.includes('module=API')) {
      const { headers } = request;
      const call = { body, headers, token: OFFICER_TOKEN, hosts: this.sites };
      return void this.#say(response, 200, this.kept.answer(call));
    }
    if (/^\/(index\.php)?(\?|$)|^\/(plugins|libs)\//.test(request.url ?? '')) {
      return this.#answerPage(request, response, body);
    }
    if (request.url !== '/matomo.php' || request.method !== 'POST')
      this.faults.push(`${request.method} ${request.url}`);
    this.#takeBulk(response, body, request);
  }

  #status() {
    return {
      checkedAt: '2026-01-01T00:00:00Z',
      version: '5.5.2',
      sites: this.sites.map((host, index) => ({ host, id: index + 1 })),
      visits: this.kept.status,
      settings: this.settings,
    };
  }

  /** As its pages: with a session, with what servers say of themselves, and with what no page of ours may hold. */
  #answerPage(request: IncomingMessage, response: ServerResponse, body: string): void {
    this.pages.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'set-cookie': ['MATOMO_SESSID=abc123; path=/; HttpOnly', 'other=1; path=/'],
      'content-security-policy': 'default-src *',
      'x-powered-by': 'PHP/8.2',
      server: 'Apache',
    });
    response.end('<h1>Matomo</h1>');
  }

  #takeBulk(response: ServerResponse, body: string, request: IncomingMessage): void {
    for (const name of ['cookie', 'x-forwarded-for', 'user-agent', 'referer'])
      if (request.headers[name] !== undefined) this.faults.push(`the header ${name}`);
    if (this.mood === 'hangs') {
      this.hanging += 1;
      return;
    }
    if (this.mood === 'refuses') return this.#refuse(response, 500);
    const { requests, token_auth, ...more } = JSON.parse(body) as {
      requests: string[];
      token_auth?: string;
    };
    for (const name of Object.keys(more)) this.faults.push(`the bulk says ${name}`);
    if (token_auth !== TOKEN) return this.#refuse(response, 500);
    const hits = requests.map((each) => Object.fromEntries(new URLSearchParams(each.replace(/^\?/, ''))));
    if (this.mood === 'mad' && hits.some(({ lang }) => lang === 'fr')) return this.#refuse(response, 400);
    for (const hit of hits) this.#check(hit);
    if (this.mood === 'invalid') return this.#say(response, 200, countsOf(0, hits.length));
    this.hits.push(...hits);
    this.#say(response, 200, countsOf(hits.length, 0));
  }

  #check(hit: ArrivedHit): void {
    for (const [name, value] of Object.entries(hit))
      if (!allowed[name]?.test(value)) this.faults.push(`${name}=${value}`);
    for (const name of needed) if (hit[name] === undefined) this.faults.push(`no ${name}`);
  }

  #refuse(response: ServerResponse, status: number): void {
    this.refused += 1;
    this.#say(response, status, { status: 'error', tracked: 0, invalid: 0 });
  }

  #say(response: ServerResponse, status: number, answer: object): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }
}

const countsOf = (tracked: number, invalid: number) => ({ status: 'success', tracked, invalid });
