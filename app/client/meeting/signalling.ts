import { createNanoEvents } from 'nanoevents';
import { Check } from 'typebox/schema';
import {
  closeCodes,
  type NotificationData,
  type NotificationName,
  notifications,
  PING_INTERVAL_MS,
  PROTOCOL_VERSION,
  type RequestData,
  type RequestName,
  type RequestReply,
  requests,
  ServerMessage,
} from '../../meetings/messages.ts';

/** A request that failed: `code` for the program, the message as a sentence for the person. */
export class SignallingError extends Error {
  override readonly name = 'SignallingError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type NotificationEvents = { [Name in NotificationName]: (data: NotificationData<Name>) => void };

interface SignallingEvents extends NotificationEvents {
  /** The socket is open and both sides speak the same version. */
  opened: () => void;
  /** The socket is gone; another is being tried. */
  lost: () => void;
  /** The socket is gone for good. */
  ended: (reason: EndReason) => void;
}

/**
 * `outdated`: the page must be reloaded. `replaced`: this participant goes on in another window. `over`: ended for
 * everybody. `denied`: a host did not let them in. `removed`: a host took them out.
 */
export type EndReason = 'outdated' | 'replaced' | 'over' | 'denied' | 'removed' | 'closed';

interface Waiting {
  readonly name: RequestName;
  readonly resolve: (reply: never) => void;
  readonly reject: (fault: SignallingError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** How long a socket may take to open, in milliseconds. A browser's own limit can be minutes. */
const OPEN_DEADLINE_MS = 5_000;

/** How long a request may stay unanswered, in milliseconds. */
const REQUEST_DEADLINE_MS = 10_000;

/** Close code of a socket that this side gave up: neither a leave nor a fault of the server's. */
const ABANDONED = 4000;

/** Waits before another try, in milliseconds; the last one repeats. The first are short: a restarted app is found at once. */
const RETRY_WAITS_MS = [100, 250, 500, 500, 1_000, 1_000, 2_000] as const;

/**
 * The signalling socket: typed requests and notifications, and a socket that comes back by itself. It knows no DOM
 * and nothing of media.
 */
export class Signalling {
  readonly #url: string;
  readonly #events = createNanoEvents<SignallingEvents>();
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | undefined;
  #isOpen = false;
  #isEnded = false;
  #nextId = 1;
  #tries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;

  /** @param url - `wss://HOST/signalling`. */
  constructor(url: string) {
    this.#url = url;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  on<Name extends keyof SignallingEvents>(name: Name, listener: SignallingEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** Opens the socket and keeps it open until {@link close}. */
  open(): void {
    if (!this.#socket && !this.#isEnded) this.#connect();
  }

  /** Tries at once instead of waiting, for example when the network came back. */
  retryNow(): void {
    if (this.#retryTimer === undefined) return;
    this.#connect();
  }

  /**
   * Replaces a socket that may be dead without knowing it: after a change of network it would be noticed only
   * when a ping stays unanswered.
   */
  checkNow(): void {
    if (!this.#isOpen) return this.retryNow();
    this.request('ping', {}, PING_INTERVAL_MS / 2).catch(() => this.#drop());
  }

  /** Closes the socket for good. Pending requests fail. */
  close(): void {
    this.#end('closed');
  }

  /** Resolves when the socket is open. Rejects when it is closed for good, or after `deadlineMs`. */
  whenOpen(deadlineMs = REQUEST_DEADLINE_MS): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        for (const stop of listeners) stop();
        settle();
      };
      const timer = setTimeout(() => done(() => reject(disconnected())), deadlineMs);
      const listeners = [
        this.on('opened', () => done(resolve)),
        this.on('ended', () => done(() => reject(disconnected()))),
      ];
      if (this.#isEnded) done(() => reject(disconnected()));
    });
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws {@link SignallingError} with the server's code, or `disconnected` when the socket is not open or is lost
   * before the reply came (the request may have been carried out).
   */
  request<Name extends RequestName>(
    name: Name,
    data: RequestData<Name>,
    deadlineMs = REQUEST_DEADLINE_MS,
  ): Promise<RequestReply<Name>> {
    const socket = this.#socket;
    if (!this.#isOpen || !socket) return Promise.reject(disconnected());
    const id = this.#nextId++;
    return new Promise<RequestReply<Name>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new SignallingError('deadline_exceeded', 'The server did not answer in time.'));
      }, deadlineMs);
      this.#waiting.set(id, { name, resolve, reject, timer });
      socket.send(JSON.stringify({ id, request: name, data }));
    });
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#openTimer = setTimeout(() => this.#drop(), OPEN_DEADLINE_MS);
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #receive(text: unknown): void {
    this.#heardAt = performance.now();
    let message: unknown;
    try {
      message = JSON.parse(String(text));
    } catch {
      return this.#drop();
    }
    if (!Check(ServerMessage, message)) return this.#drop();
    if ('notification' in message) return this.#notified(message.notification, message.data);
    const waiting = this.#waiting.get(message.id);
    // Answered after its deadline.
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if ('error' in message)
      return waiting.reject(new SignallingError(message.error.code, message.error.message));
    if (!Check(requests[waiting.name].reply, message.ok)) return waiting.reject(invalidReply());
    waiting.resolve(message.ok as never);
  }

  #notified(name: string, data: unknown): void {
    // A server of the same version sends nothing else; a newer one is seen by its `welcome`.
    if (!Object.hasOwn(notifications, name)) return;
    const known = name as NotificationName;
    if (!Check(notifications[known], data)) return;
    if (known === 'welcome') return this.#welcomed(data as NotificationData<'welcome'>);
    this.#events.emit(known, data as never);
  }

  #welcomed({ version }: NotificationData<'welcome'>): void {
    if (version !== PROTOCOL_VERSION) return this.#end('outdated');
    clearTimeout(this.#openTimer);
    this.#isOpen = true;
    this.#tries = 0;
    this.#pingTimer = setInterval(() => this.#ping(), PING_INTERVAL_MS);
    this.#events.emit('opened');
  }

  #ping(): void {
    if (performance.now() - this.#heardAt > 2 * PING_INTERVAL_MS) return this.#drop();
    // A ping that fails leaves no trace but silence, which the next one notices.
    this.request('ping', {}).catch(() => {});
  }

  /** Gives up this socket without waiting for its closing handshake, which a dead network never answers. */
  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close(ABANDONED);
    this.#closed(ABANDONED);
  }

  #closed(code: number): void {
    const wasOpen = this.#isOpen;
    this.#reset();
    if (code === closeCodes.versionMismatch) return this.#end('outdated');
    if (code === closeCodes.replaced) return this.#end('replaced');
    const wait = RETRY_WAITS_MS[Math.min(this.#tries, RETRY_WAITS_MS.length - 1)] ?? 0;
    this.#tries += 1;
    // Spread out, so that a restarted server is not met by everyone at once.
    const patience = code === closeCodes.tooMany ? 10 : 1;
    this.#retryTimer = setTimeout(() => this.#connect(), wait * patience * (0.75 + Math.random() / 2));
    if (wasOpen) this.#events.emit('lost');
  }

  #end(reason: EndReason): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const socket = this.#socket;
    if (socket) {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close(1000);
    }
    this.#reset();
    this.#events.emit('ended', reason);
  }

  #reset(): void {
    this.#socket = undefined;
    this.#isOpen = false;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#openTimer);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(disconnected());
    }
    this.#waiting.clear();
  }
}

const disconnected = () => new SignallingError('disconnected', 'The connection to the server was lost.');
const invalidReply = () =>
  new SignallingError('invalid_reply', 'The server gave an answer that makes no sense.');
