import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/schema';
import { SECOND_MS } from '../kernel/clock.ts';

/** How long Matomo may take to say how it is, in milliseconds. */
const ANSWER_MS = 3 * SECOND_MS;
const LARGEST_BYTES = 100_000;

const Value = Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 200 })]);

/** `/linkello/status.json`, which the container writes at its start and every hour (analytics/install/privacy.php). */
const MatomoStatus = Type.Object({
  /** ISO 8601. */
  checkedAt: Type.String({ maxLength: 40 }),
  version: Type.String({ maxLength: 40 }),
  /** Matomo's numbers of our sites, by the host in their address: an IPv6 address has its brackets. */
  sites: Type.Array(Type.Object({ host: Type.String(), id: Type.Integer({ minimum: 1 }) })),
  /** What it has of single visits. */
  visits: Type.Object({
    count: Type.Integer({ minimum: 0 }),
    /** ISO 8601; null where there are none. */
    oldestAt: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
  }),
  settings: Type.Array(Type.Object({ name: Type.String({ maxLength: 200 }), wanted: Value, found: Value }), {
    maxItems: 200,
  }),
});
export type MatomoStatus = Static<typeof MatomoStatus>;

/** What opens which part of Matomo: files of the folder `analytics-access` (analytics/secrets.ts). */
export type MatomoSecret = 'tracker-token' | 'reader-password';

/** Matomo, as the app reaches it: over connections of its own, so that one that hangs keeps nobody else waiting. */
export class MatomoServer {
  readonly origin: string;
  /** Of its connections. Two: one for hits, and one for whoever looks meanwhile. */
  readonly agent = new Agent({ keepAlive: true, maxSockets: 2 });
  readonly #folder: string;

  constructor({
    origin,
    folder,
  }: {
    readonly origin: string;
    /** Where the secrets are. */
    readonly folder: string;
  }) {
    this.origin = origin;
    this.#folder = folder;
  }

  /** Read anew each time: another one is made without the app. @throws Error of the file system. */
  async secret(name: MatomoSecret): Promise<string> {
    return (await readFile(join(this.#folder, name), 'utf8')).trim();
  }

  /** How it says that it is. @throws Error when there is no answer in time, or it is none of Matomo's. */
  async status(): Promise<MatomoStatus> {
    const status: unknown = JSON.parse(await this.#get('/linkello/status.json'));
    if (!Check(MatomoStatus, status)) throw new Error('What Matomo says of itself cannot be read.');
    return status;
  }

  close(): void {
    this.agent.destroy();
  }

  #get(path: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const options = { agent: this.agent, signal: AbortSignal.timeout(ANSWER_MS) };
    const asked = request(`${this.origin}${path}`, options, (answer) => {
      if (answer.statusCode !== 200) {
        answer.resume();
        reject(new Error(`Matomo answered ${answer.statusCode}.`));
        return;
      }
      readText(answer, LARGEST_BYTES).then(resolve, reject);
    });
    asked.once('error', reject);
    asked.end();
    return promise;
  }
}

/** The whole of an answer. @throws Error when it breaks off, or is larger than that. */
async function readText(answer: IncomingMessage, mostBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += (part as Buffer).length;
    if (bytes > mostBytes) throw new Error('Matomo answers too much.');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}
