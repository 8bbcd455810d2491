import { createNanoEvents } from 'nanoevents';

interface LiveSocketEvents<Message> {
  message: (message: Message) => void;
  /** What is shown may be old from now on; another socket is being tried. */
  lost: () => void;
  opened: () => void;
}

/** Waits before another try, in milliseconds; the last one repeats. A restarted app is found soon. */
const RETRY_WAITS_MS = [250, 500, 1_000, 2_000, 4_000] as const;

/** A socket that takes longer to open is given up, in milliseconds. */
const OPEN_DEADLINE_MS = 8_000;

/**
 * A socket on which the server tells what changed, and that comes back by itself. Whatever it sends first is the whole
 * state, so that nothing has to be asked for. It knows no DOM.
 */
export class LiveSocket<Message> {
  readonly #url: string;
  readonly #events = createNanoEvents<LiveSocketEvents<Message>>();
  #socket: WebSocket | undefined;
  #tries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** @param url `wss://HOST/clinic/live` */
  constructor(url: string) {
    this.#url = url;
  }

  on<Name extends keyof LiveSocketEvents<Message>>(
    name: Name,
    listener: LiveSocketEvents<Message>[Name],
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Opens it, and keeps it open until {@link close}. */
  open(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#openTimer = setTimeout(() => this.#drop(socket), OPEN_DEADLINE_MS);
    socket.addEventListener('open', () => {
      clearTimeout(this.#openTimer);
      this.#tries = 0;
      this.#events.emit('opened');
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#events.emit('message', JSON.parse(String(data)) as Message);
    });
    socket.addEventListener('close', () => this.#drop(socket));
    socket.addEventListener('error', () => this.#drop(socket));
  }

  /** The network changed, or the page was away: the socket may be dead without knowing it. */
  renew(): void {
    if (this.#isClosed) return;
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#openTimer);
    socket?.close();
    this.open();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#openTimer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  #drop(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#openTimer);
    this.#socket = undefined;
    socket.close();
    if (this.#isClosed) return;
    this.#events.emit('lost');
    const wait = RETRY_WAITS_MS[Math.min(this.#tries, RETRY_WAITS_MS.length - 1)] ?? 0;
    this.#tries += 1;
    this.#retryTimer = setTimeout(() => this.open(), wait);
  }
}
