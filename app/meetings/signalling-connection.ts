import { Check } from 'typebox/schema';
import type { RawData, WebSocket } from 'ws';
import { AppError, toAppError } from '../kernel/errors.ts';
import { Allowance } from './allowance.ts';
import {
  closeCodes,
  type NotificationData,
  type NotificationName,
  ParticipantName,
  PROTOCOL_VERSION,
  RequestEnvelope,
  type RequestName,
  requests,
  type ServerMessage,
} from './messages.ts';
import type { Connection } from './participant.ts';
import { handlers, isOpenRequest, isOver, isWaitingRequest, type RequestContext } from './requests.ts';

export interface SignallingConnectionOptions extends Omit<RequestContext, 'connection' | 'stay'> {
  readonly socket: WebSocket;
  /** A fault as a sentence in the reader's language. */
  readonly sentence: (fault: AppError) => string;
  /** Called for faults that are ours, with nothing of the message. */
  readonly onFault: (fault: AppError) => void;
}

/** Messages a second that one socket may send on average, and at once. Entering a full room takes about ten. */
const MESSAGES = { perSecond: 40, atOnce: 120 } as const;

/** Requests of one socket that may be under way at once. */
const PENDING_REQUESTS = 32;

/** Bytes that may wait to be sent to a browser that does not read. */
const UNSENT_BYTES = 1024 * 1024;

/** How often the socket is looked after, in milliseconds; one that was silent for twice as long is dead. */
const HEARTBEAT_MS = 10_000;

/**
 * One signalling socket: checks what comes in, answers every request, and ends without taking anything along but
 * itself. Whatever it is sent, it answers with an error or a close code.
 */
export class SignallingConnection implements Connection {
  readonly #socket: WebSocket;
  readonly #context: RequestContext;
  readonly #sentence: (fault: AppError) => string;
  readonly #onFault: (fault: AppError) => void;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #allowance = new Allowance(MESSAGES);
  #heardAt = performance.now();
  #pending = 0;
  #isJoining = false;
  /** True once this side closed the socket: what follows is not the browser leaving. */
  #isClosedByUs = false;

  constructor({ socket, sentence, onFault, ...context }: SignallingConnectionOptions) {
    this.#socket = socket;
    this.#sentence = sentence;
    this.#onFault = onFault;
    this.#context = { ...context, connection: this, stay: undefined };
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#heardAt = performance.now();
    });
    // `close` follows, with the code that says why.
    socket.on('error', () => {});
    socket.on('close', (code) => this.#closed(code));
    this.notify('welcome', { version: PROTOCOL_VERSION });
  }

  notify<Name extends NotificationName>(name: Name, data: NotificationData<Name>): void {
    this.#send({ notification: name, data });
  }

  replaced(): void {
    this.#context.stay = undefined;
    this.#close(closeCodes.replaced);
  }

  /** The app stops: the browser comes back to the next one. */
  goAway(): void {
    this.#close(closeCodes.goingAway);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#isClosedByUs) return;
    this.#heardAt = performance.now();
    if (!this.#allowance.take()) return this.#close(closeCodes.tooMany);
    const message = isBinary ? undefined : parse(String(data));
    if (!Check(RequestEnvelope, message)) return this.#close(closeCodes.malformed);
    this.#answer(message).catch((cause) => this.#onFault(toAppError(cause)));
  }

  async #answer({ id, request, data }: RequestEnvelope): Promise<void> {
    this.#pending += 1;
    try {
      this.#send({ id, ok: await this.#handle(request, data) });
      // What happened while a `join` was under way comes after its answer.
      if (request === 'join') this.#context.stay?.participant.flush();
    } catch (thrown) {
      const fault = toAppError(thrown);
      if (fault.code === 'internal') this.#onFault(fault);
      this.#send({ id, error: { code: fault.code, message: this.#sentence(fault) } });
      if (fault.code === 'version_mismatch') this.#close(closeCodes.versionMismatch);
    } finally {
      this.#pending -= 1;
    }
  }

  async #handle(request: string, data: unknown): Promise<unknown> {
    if (this.#pending > PENDING_REQUESTS) throw new AppError('too_many_requests', { params: { seconds: 1 } });
    if (!Object.hasOwn(requests, request)) throw new AppError('unknown_request');
    const name = request as RequestName;
    const joins = name === 'join';
    if (joins) checkVersionAndName(data);
    if (!Check(requests[name].data, data)) throw new AppError('invalid_input');
    const { stay } = this.#context;
    if (!(isOpenRequest(name) || stay)) throw new AppError('out_of_order');
    if (stay && (stay.isWaiting || isOver(stay)) && !isWaitingRequest(name))
      throw new AppError('out_of_order');
    if (joins && this.#isJoining) throw new AppError('out_of_order');
    if (joins) this.#isJoining = true;
    try {
      const reply = await handlers[name](this.#context as never, data as never);
      // Closed while the answer was on its way: nobody would ever take the participant out again.
      if (joins && this.#socket.readyState !== this.#socket.OPEN) this.#lose();
      return reply;
    } finally {
      if (joins) this.#isJoining = false;
    }
  }

  #closed(code: number): void {
    clearInterval(this.#heartbeat);
    const isLeaving = !this.#isClosedByUs && (code === 1000 || code === closeCodes.goingAway);
    if (isLeaving && this.#context.stay) this.#context.meetings.leave(this.#context.stay);
    else this.#lose();
    this.#context.stay = undefined;
  }

  #lose(): void {
    if (this.#context.stay) this.#context.meetings.lose(this.#context.stay, this);
  }

  #beat(): void {
    if (performance.now() - this.#heardAt > 2 * HEARTBEAT_MS) return this.#socket.terminate();
    this.#socket.ping();
  }

  #send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > UNSENT_BYTES) return this.#socket.terminate();
    this.#socket.send(JSON.stringify(message));
  }

  #close(code: number): void {
    if (this.#isClosedByUs) return;
    this.#isClosedByUs = true;
    this.#socket.close(code);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Two faults of `join` that deserve a sentence of their own, found before the schema calls both invalid. */
function checkVersionAndName(data: unknown): void {
  const { version, name } = Object(data) as { version?: unknown; name?: unknown };
  if (Number.isInteger(version) && version !== PROTOCOL_VERSION) throw new AppError('version_mismatch');
  if (typeof name === 'string' && !Check(ParticipantName, name)) throw new AppError('invalid_name');
}
