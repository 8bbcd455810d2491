import { Check } from 'typebox/schema';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import {
  Fault,
  MediaEvent,
  type OperationInput,
  type OperationName,
  type OperationReply,
  operations,
} from '../../media/contract.ts';

/** How long an event is waited for, in milliseconds. */
const EVENT_DEADLINE_MS = 30_000;

/** What the SFU answered instead of a reply. */
export class ControlFault extends Error {
  readonly status: number;
  readonly contentType: string;
  readonly fault: Fault;

  constructor(status: number, contentType: string, fault: Fault) {
    super(`${fault.code}: ${fault.detail ?? fault.title}`);
    this.status = status;
    this.contentType = contentType;
    this.fault = fault;
  }

  get code(): Fault['code'] {
    return this.fault.code;
  }
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** An app's half of the contract, written from its table alone; whatever does not fit its schemas is an error. */
export class ControlClient {
  readonly #pool: Pool;
  readonly #eventsUrl: string;
  readonly #secret: string;

  constructor(control: string, secret: string) {
    const isPath = control.includes('/');
    this.#secret = secret;
    this.#pool = new Pool(isPath ? 'http://media' : `http://${control}`, {
      ...(isPath && { socketPath: control }),
      connections: 128,
    });
    this.#eventsUrl = isPath ? `ws+unix:${control}:/events` : `ws://${control}/events`;
  }

  /** @throws ControlFault */
  async call<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
    signal?: AbortSignal,
  ): Promise<OperationReply<Name>> {
    const { method, path, body, reply } = operations[name];
    const values: Record<string, unknown> = { ...input };
    const url = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(values[key])));
    const fields = Object.keys(body.properties);
    const sent = fields.length > 0 ? Object.fromEntries(fields.map((key) => [key, values[key]])) : undefined;
    const { status, contentType, text } = await this.raw(method, url, sent, undefined, signal);
    const answer: unknown = JSON.parse(text);
    if (status === 200) {
      if (!Check(reply, answer)) throw new Error(`the reply to ${name} does not fit the contract: ${text}`);
      return answer as OperationReply<Name>;
    }
    if (!Check(Fault, answer) || answer.status !== status)
      throw new Error(`no fault of the contract: ${status} ${text}`);
    throw new ControlFault(status, contentType, answer);
  }

  /** Sends anything: a string as it is, other values as JSON. */
  async raw(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${this.#secret}` },
    signal?: AbortSignal,
  ): Promise<RawAnswer> {
    const response = await this.#pool.request({
      method: method as 'GET',
      path: url,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal && { signal }),
    });
    const contentType = String(response.headers['content-type'] ?? '');
    return { status: response.statusCode, contentType, text: await response.body.text() };
  }

  /** Opens the event stream. */
  async events(): Promise<EventLog> {
    const socket = new WebSocket(this.#eventsUrl, { headers: { authorization: `Bearer ${this.#secret}` } });
    const log = new EventLog(socket);
    await log.opened;
    return log;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Everything that one event stream said so far. */
class EventLog {
  readonly socket: WebSocket;
  readonly seen: MediaEvent[] = [];
  readonly opened: Promise<void>;
  /** The close code. */
  readonly closed: Promise<number>;
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', resolve);
    });
    socket.on('message', (data) => {
      const event: unknown = JSON.parse(String(data));
      if (!Check(MediaEvent, event)) throw new Error(`no event of the contract: ${String(data)}`);
      this.seen.push(event);
      for (const look of this.#waiting) look();
    });
  }

  /** The first event of this name that fits, seen already or still to come. */
  async until<Name extends MediaEvent['event']>(
    name: Name,
    fits: (event: Extract<MediaEvent, { event: Name }>) => boolean = () => true,
  ): Promise<Extract<MediaEvent, { event: Name }>> {
    type Wanted = Extract<MediaEvent, { event: Name }>;
    const isWanted = (event: MediaEvent): event is Wanted => event.event === name && fits(event as Wanted);
    const { promise, resolve, reject } = Promise.withResolvers<Wanted>();
    const look = () => {
      const found = this.seen.find(isWanted);
      if (found) resolve(found);
    };
    const timer = setTimeout(
      () => reject(new Error(`not in time: ${name}; seen: ${JSON.stringify(this.seen)}`)),
      EVENT_DEADLINE_MS,
    );
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }
}
