import { createNanoEvents } from 'nanoevents';

interface LiveSocketEvents<Message> {
  message: (message: Message) => void;
  /** What is shown may be old from now on; another socket is being tried. */
  lost: () => void;
  opened: () => void;
  /** The page may not see any more what it shows: who opens it anew is told why. Nothing is tried any more. */
  refused: () => void;
}

/** Waits before another try, in milliseconds; the last one repeats. A restarted app is found soon. */
const RETRY_WAITS_MS = [250, 500, 1_000, 2_000, 4_000] as const;

/** The server says something every ten seconds; after so long without, the way is lost, in milliseconds. */
const SILENCE_MS = 25_000;

/** The server closes with these what it would refuse by HTTP with 4xx: 4403, 4404. */
const REFUSALS = { first: 4400, last: 4499 } as const;

/** A socket that takes longer to open is given up, in milliseconds. */
const OPEN_DEADLINE_MS = 8_000;

/**
 * A socket on which the server tells what changed, and that comes back by itself. Whatever it sends first is the whole
 * state, so that nothing has to be asked for. It knows no DOM.
 *
 * One that was told something and then is refused says so, once. One that is refused from the start tries again: a page
 * that answers by opening itself anew would do nothing else.
 */
export class LiveSocket<Message> {
  readonly #url: string;
  readonly #page: string;
  readonly #events = createNanoEvents<LiveSocketEvents<Message>>();
  #socket: WebSocket | undefined;
  #tries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  /** Whether it ever was told something. */
  #wasTold = false;

  /**
   * @param url `wss://HOST/clinic/live`
   * @param page the path of the page. What it answers tells why a socket does not open, which browsers keep to
   *   themselves (WebSockets, "feedback from the protocol").
   */
  constructor(url: string, page: string) {
    this.#url = url;
    this.#page = page;
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
      this.#heard(socket);
      this.#events.emit('opened');
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heard(socket);
      const message: { readonly type: string } = JSON.parse(String(data));
      if (message.type === 'alive') return;
      this.#wasTold = true;
      this.#events.emit('message', message as Message);
    });
    socket.addEventListener('close', ({ code }) => {
      if (code >= REFUSALS.first && code <= REFUSALS.last) this.#refuse(socket);
      this.#drop(socket);
    });
    socket.addEventListener('error', () => this.#drop(socket));
  }

  /** The network is gone: the browser says so long before the socket does. */
  lose(): void {
    if (this.#socket) this.#drop(this.#socket);
  }

  /** The network changed, or the page was away: the socket may be dead without knowing it. */
  renew(): void {
    if (this.#isClosed) return;
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#openTimer);
    clearTimeout(this.#silenceTimer);
    socket?.close();
    this.open();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#openTimer);
    clearTimeout(this.#silenceTimer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  #heard(socket: WebSocket): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#drop(socket), SILENCE_MS);
  }

  #drop(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#openTimer);
    clearTimeout(this.#silenceTimer);
    this.#socket = undefined;
    socket.close();
    if (this.#isClosed) return;
    this.#events.emit('lost');
    const wait = RETRY_WAITS_MS[Math.min(this.#tries, RETRY_WAITS_MS.length - 1)] ?? 0;
    this.#tries += 1;
    this.#retryTimer = setTimeout(() => void this.#tryAgain(), wait);
  }

  async #tryAgain(): Promise<void> {
    if (this.#wasTold && (await isRefused(this.#page))) this.#refuse(undefined);
    else if (!this.#isClosed && this.#socket === undefined) this.open();
  }

  /** @param socket the one that was refused, if it is still the present one. */
  #refuse(socket: WebSocket | undefined): void {
    if (this.#isClosed || socket !== this.#socket || !this.#wasTold) return;
    this.close();
    this.#events.emit('refused');
  }
}

/** Whether a page would not be shown, or another one instead. False while nobody answers. */
async function isRefused(page: string): Promise<boolean> {
  try {
    const { type, status } = await fetch(page, { method: 'HEAD', redirect: 'manual', cache: 'no-store' });
    return type === 'opaqueredirect' || [401, 403, 404].includes(status);
  } catch {
    return false;
  }
}
