import type { WebSocket } from 'ws';

/** How often a socket is looked after, in milliseconds; one that was silent for twice as long is dead. */
const HEARTBEAT_MS = 10_000;

/** Tells a page, which cannot see pings, that the way to it is open. */
const ALIVE = JSON.stringify({ type: 'alive' });

/** Bytes that may wait to be sent to a browser that does not read. */
const UNSENT_BYTES = 4 * 1024 * 1024;

/** The app goes away: the page comes back to the next one (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;

/** Nothing is taken from a page: one that sends is none of ours (RFC 6455, section 7.4.1). */
const NOT_TAKEN = 1003;

/** A socket over which a page is only told. */
export class LiveSocket {
  readonly #socket: WebSocket;
  #heardAt = performance.now();

  /** @param onClosed called once, whoever closed it and whenever, but never before this has returned. */
  constructor(socket: WebSocket, onClosed: () => void) {
    this.#socket = socket;
    // Whoever left while it was looked up who they are: that event is over.
    if (socket.readyState === socket.CLOSED) {
      setImmediate(onClosed);
      return;
    }
    const heartbeat = setInterval(() => {
      if (performance.now() - this.#heardAt > 2 * HEARTBEAT_MS) socket.terminate();
      else {
        socket.ping();
        this.send(ALIVE);
      }
    }, HEARTBEAT_MS);
    socket.on('pong', () => {
      this.#heardAt = performance.now();
    });
    socket.on('message', () => socket.close(NOT_TAKEN));
    // `close` follows, with the code that says why.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearInterval(heartbeat);
      onClosed();
    });
  }

  /** @param message JSON, written once for all who get the same. */
  send(message: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > UNSENT_BYTES) this.#socket.terminate();
    else this.#socket.send(message);
  }

  close(code = GOING_AWAY): void {
    this.#socket.close(code);
  }
}
