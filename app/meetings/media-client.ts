import { createNanoEvents } from 'nanoevents';
import { Check } from 'typebox/schema';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import {
  DEADLINE_MS,
  Fault,
  type FaultCode,
  MediaEvent,
  type OperationInput,
  type OperationName,
  type OperationReply,
  operations,
} from '../../media/contract.ts';
import { AppError, type ErrorCode } from '../kernel/errors.ts';

interface MediaClientEvents {
  /** The event socket is open: from now on nothing happens unseen. */
  connected: () => void;
  /** The event socket is lost; it is being opened again. */
  lost: () => void;
  event: (event: MediaEvent) => void;
}

export interface MediaClientOptions {
  /** `HOST:PORT`, or the absolute path of a Unix socket. */
  readonly control: string;
  readonly secret: string;
}

/** How the faults of media look to the people and programs that the app serves. */
const faults = {
  invalid: 'invalid_input',
  not_found: 'not_found',
  conflict: 'already_sending',
  worker_lost: 'media_unavailable',
  deadline_exceeded: 'media_unavailable',
  unauthorised: 'internal',
  internal: 'internal',
} as const satisfies Record<FaultCode, ErrorCode>;

const RETRY_WAIT_MS = 250;

/** Calls the SFU by its contract and hears its events. Comes back by itself when the SFU was away. */
export class MediaClient {
  readonly #pool: Pool;
  readonly #eventsUrl: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #events = createNanoEvents<MediaClientEvents>();
  #socket: WebSocket | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ control, secret }: MediaClientOptions) {
    const isPath = control.startsWith('/');
    this.#headers = { authorization: `Bearer ${secret}` };
    this.#pool = new Pool(isPath ? 'http://media' : `http://${control}`, {
      ...(isPath && { socketPath: control }),
      connections: 64,
      // The SFU answers within its own deadline; this one is for an SFU that answers nothing at all.
      headersTimeout: 2 * DEADLINE_MS,
      bodyTimeout: 2 * DEADLINE_MS,
      connectTimeout: DEADLINE_MS,
    });
    this.#eventsUrl = isPath ? `ws+unix:${control}:/events` : `ws://${control}/events`;
  }

  on<Name extends keyof MediaClientEvents>(name: Name, listener: MediaClientEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** Opens the event socket and keeps it open until {@link close}. */
  open(): void {
    const socket = new WebSocket(this.#eventsUrl, { headers: this.#headers, handshakeTimeout: DEADLINE_MS });
    this.#socket = socket;
    let wasOpen = false;
    socket.on('open', () => {
      wasOpen = true;
      this.#events.emit('connected');
    });
    socket.on('message', (data) => {
      const event: unknown = JSON.parse(String(data));
      if (Check(MediaEvent, event)) this.#events.emit('event', event);
    });
    // `close` follows and tries again.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#isClosed) return;
      this.#retryTimer = setTimeout(() => this.open(), RETRY_WAIT_MS);
      if (wasOpen) this.#events.emit('lost');
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    this.#socket?.terminate();
    await this.#pool.destroy();
  }

  /** What the SFU tells Prometheus, as text. @throws AppError `media_unavailable` when it does not answer. */
  async metrics(): Promise<string> {
    try {
      const { statusCode, body } = await this.#pool.request({
        method: 'GET',
        path: '/metrics',
        headers: this.#headers,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`media answered /metrics with ${statusCode}`);
      return text;
    } catch (cause) {
      throw new AppError('media_unavailable', { cause });
    }
  }

  /**
   * Makes one call of the contract.
   *
   * @throws AppError `media_unavailable` when the SFU does not answer or lost the room; `not_found`, `invalid_input`,
   * `already_sending` as the SFU says.
   */
  async call<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
  ): Promise<OperationReply<Name>> {
    const { method, path, body } = operations[name];
    const values = input as Record<string, unknown>;
    const fields = Object.keys((body as { properties?: object }).properties ?? {});
    let statusCode: number;
    let answer: unknown;
    try {
      const response = await this.#pool.request({
        method,
        path: path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(values[key]))),
        headers: { ...this.#headers, ...(fields.length > 0 && { 'content-type': 'application/json' }) },
        body:
          fields.length > 0
            ? JSON.stringify(Object.fromEntries(fields.map((key) => [key, values[key]])))
            : null,
      });
      statusCode = response.statusCode;
      answer = await response.body.json();
    } catch (cause) {
      throw new AppError('media_unavailable', { cause });
    }
    if (statusCode < 300) return answer as OperationReply<Name>;
    const code = Check(Fault, answer) ? faults[answer.code] : 'internal';
    throw new AppError(code, {
      cause: new Error(`media answered ${name} with ${statusCode}`, { cause: answer }),
    });
  }
}
