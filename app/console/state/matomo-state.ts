import { request } from 'node:http';
import { type Clock, SECOND_MS } from '../../kernel/clock.ts';
import { type Finding, inTime } from './card.ts';

/** How old an answer may be, in milliseconds, before Matomo is asked again. */
const FRESH_MS = 30 * SECOND_MS;
/** How long Matomo may take, and how long a page waits for the first answer, in milliseconds. */
const ANSWER_MS = 3 * SECOND_MS;
const PATIENCE_MS = 300;
const LARGEST_BYTES = 100_000;

/** `/linkello/status.json`, see analytics/README.md. */
interface Status {
  readonly version?: unknown;
  readonly settings?: readonly { readonly name: string; readonly wanted: unknown; readonly found: unknown }[];
}

/**
 * Where Matomo is asked how it is: between containers, or where `LINKELLO_ANALYTICS_URL` says; null elsewhere, where
 * the name `analytics` may be anybody's.
 */
export function matomoAddress(environment: NodeJS.ProcessEnv): string | null {
  const named = environment.LINKELLO_ANALYTICS_URL;
  if (named) return new URL('/linkello/status.json', named).href;
  return environment.LINKELLO_MACHINE ? 'http://analytics:8080/linkello/status.json' : null;
}

/** Asks Matomo now and then; pages get the last answer and wait for none. */
export class MatomoState {
  readonly #address: string | null;
  readonly #isEnabled: boolean;
  readonly #clock: Clock;
  #last: Finding | null = null;
  #askedAt = 0;
  #asking: Promise<void> | null = null;

  constructor(options: {
    readonly address: string | null;
    readonly isEnabled: boolean;
    readonly clock: Clock;
  }) {
    this.#address = options.address;
    this.#isEnabled = options.isEnabled;
    this.#clock = options.clock;
  }

  async read(): Promise<Finding> {
    if (!this.#isEnabled) return { name: 'matomo', code: 'off', tone: 'quiet' };
    const address = this.#address;
    if (address === null) return { name: 'matomo', code: 'absent', tone: 'quiet' };
    if (this.#asking === null && this.#clock() - this.#askedAt > FRESH_MS) {
      this.#askedAt = this.#clock();
      this.#asking = this.#ask(address).finally(() => {
        this.#asking = null;
      });
    }
    if (this.#last === null && this.#asking) await inTime(this.#asking, PATIENCE_MS);
    return this.#last ?? { name: 'matomo', code: 'asking', tone: 'quiet' };
  }

  async #ask(address: string): Promise<void> {
    try {
      this.#last = findingOf(JSON.parse(await read(address)) as Status);
    } catch {
      this.#last = { name: 'matomo', code: 'no_answer', tone: 'warning' };
    }
  }
}

function findingOf({ version, settings }: Status): Finding {
  const shown = typeof version === 'string' ? version.slice(0, 20) : '?';
  const wrong = Array.isArray(settings) ? settings.filter(({ wanted, found }) => wanted !== found) : [];
  return wrong.length === 0
    ? { name: 'matomo', code: 'right', tone: 'good', params: { version: shown } }
    : { name: 'matomo', code: 'wrong', tone: 'bad', params: { version: shown, count: wrong.length } };
}

/** @throws Error when there is no answer in time, or it is none of Matomo's. */
function read(address: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request(address, { agent: false, signal: AbortSignal.timeout(ANSWER_MS) }, (answer) => {
    if (answer.statusCode !== 200) {
      answer.resume();
      reject(new Error(`Matomo answered ${answer.statusCode}.`));
      return;
    }
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (part: string) => {
      text += part;
      if (text.length > LARGEST_BYTES) answer.destroy(new Error('Matomo answers too much.'));
    });
    answer.once('end', () => resolve(text));
    answer.once('error', reject);
  });
  asked.once('error', reject);
  asked.end();
  return promise;
}
