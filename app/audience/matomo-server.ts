import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/schema';
import { MINUTE_MS, SECOND_MS } from '../kernel/clock.ts';

/** How long Matomo may take to say how it is, in milliseconds. */
const STATUS_MS = 3 * SECOND_MS;
const LARGEST_STATUS_BYTES = 100_000;
/** How long a call of its API may take, in milliseconds: some look through a year of visits. */
const CALL_MS = MINUTE_MS;
/** Four hundred visits with all their pages come to less. */
const LARGEST_ANSWER_BYTES = 10_000_000;

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
    /** How many ended on which day of UTC. */
    days: Type.Array(
      Type.Object({ day: Type.String({ maxLength: 10 }), count: Type.Integer({ minimum: 0 }) }),
    ),
  }),
  settings: Type.Array(Type.Object({ name: Type.String({ maxLength: 200 }), wanted: Value, found: Value }), {
    maxItems: 200,
  }),
});
export type MatomoStatus = Static<typeof MatomoStatus>;

/** Its API answers 200 to what it refuses. */
const Fault = Type.Object({ result: Type.Literal('error') });

/** What opens which part of Matomo: files of the folder `analytics-access` (analytics/secrets.ts). */
export type MatomoSecret = 'tracker-token' | 'officer-token' | 'reader-password';

/** Matomo, as the app reaches it: over connections of its own, so that one that hangs keeps nobody else waiting. */
export class MatomoServer {
  readonly origin: string;
  /** Of its connections. Three: one for hits, one for its API, and one for whoever looks meanwhile. */
  readonly agent = new Agent({ keepAlive: true, maxSockets: 3 });
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
    const text = await this.#ask('/linkello/status.json', {
      deadlineMs: STATUS_MS,
      mostBytes: LARGEST_STATUS_BYTES,
    });
    const status: unknown = JSON.parse(text);
    if (!Check(MatomoStatus, status)) throw new Error('What Matomo says of itself cannot be read.');
    return status;
  }

  /**
   * Calls a method of its API (https://developer.matomo.org/api-reference/reporting-api) as its account `officer`. All
   * is said in the body: a server may log an address.
   *
   * @param host of one of our sites, as Matomo knows it.
   * @param parameters as a form has them: lists have names such as `visits[0][idsite]`.
   * @throws Error when there is no answer in time, or it says that something is wrong.
   */
  async call(host: string, method: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const token_auth = await this.secret('officer-token');
    const form = new URLSearchParams({ ...parameters, module: 'API', method, format: 'json', token_auth });
    const text = await this.#ask('/index.php', {
      deadlineMs: CALL_MS,
      mostBytes: LARGEST_ANSWER_BYTES,
      // As the proxy for people has it: Matomo answers under the names of our sites alone (analytics/render.ts).
      headers: { host, 'x-forwarded-host': host, 'x-forwarded-proto': 'https' },
      form,
    });
    const answer: unknown = JSON.parse(text);
    // What it says of a fault can quote what it was asked.
    if (Check(Fault, answer)) throw new Error(`Matomo refuses ${method}.`);
    return answer;
  }

  close(): void {
    this.agent.destroy();
  }

  #ask(
    path: string,
    {
      deadlineMs,
      mostBytes,
      headers = {},
      form,
    }: {
      readonly deadlineMs: number;
      readonly mostBytes: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Posted, where there is one. */
      readonly form?: URLSearchParams;
    },
  ): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const body = form?.toString();
    const options = {
      agent: this.agent,
      signal: AbortSignal.timeout(deadlineMs),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        }),
      },
    };
    const asked = request(`${this.origin}${path}`, options, (answer) => {
      if (answer.statusCode !== 200) {
        answer.resume();
        reject(new Error(`Matomo answered ${answer.statusCode}.`));
        return;
      }
      readText(answer, mostBytes).then(resolve, reject);
    });
    asked.once('error', reject);
    asked.end(body);
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
