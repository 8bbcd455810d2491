import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { type MediaEvent, ORPHAN_MS } from './contract.ts';

/** Events that an app has not read yet, in bytes. One that is further behind is cut off; it comes back and lists. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** How often a subscriber is asked whether it is there, in milliseconds; one that does not answer is cut off. */
const PING_INTERVAL_MS = 10_000;

/** How long subscribers may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 500;

export interface EventStreamOptions {
  /** Called when no app has been subscribed for `orphanMs`, and again each time that long. */
  readonly onOrphaned: () => void;
  /** In milliseconds; {@link ORPHAN_MS} by default. */
  readonly orphanMs?: number | undefined;
}

/** The apps that listen, and what they are told: every event, as one text frame, to each of them. */
export class EventStream {
  readonly #options: EventStreamOptions;
  /** Each with whether it has answered the last ping. */
  readonly #subscribers = new Map<WebSocket, { answered: boolean }>();
  readonly #pinging: NodeJS.Timeout;
  #orphaned: NodeJS.Timeout | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#pinging = setInterval(() => this.#ping(), PING_INTERVAL_MS);
    this.#pinging.unref();
    this.#awaitSubscribers();
  }

  /** Apps that are subscribed now. */
  get size(): number {
    return this.#subscribers.size;
  }

  subscribe(socket: WebSocket): void {
    const state = { answered: true };
    this.#subscribers.set(socket, state);
    clearTimeout(this.#orphaned);
    socket.on('pong', () => {
      state.answered = true;
    });
    socket.on('close', () => {
      this.#subscribers.delete(socket);
      if (this.#subscribers.size === 0) this.#awaitSubscribers();
    });
  }

  emit(event: MediaEvent): void {
    if (this.#subscribers.size === 0) return;
    const frame = JSON.stringify(event);
    for (const socket of this.#subscribers.keys()) {
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
      else socket.send(frame);
    }
  }

  /** Says goodbye to all (RFC 6455, 1001: going away), and cuts off who does not answer. */
  async close(): Promise<void> {
    clearInterval(this.#pinging);
    const goodbyes = [...this.#subscribers.keys()].map(async (socket) => {
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      socket.once('close', () => resolve());
      socket.close(1001);
      const cut = setTimeout(() => socket.terminate(), GOODBYE_MS);
      await gone;
      clearTimeout(cut);
    });
    await Promise.all(goodbyes);
    clearTimeout(this.#orphaned);
  }

  #ping(): void {
    for (const [socket, state] of this.#subscribers) {
      if (!state.answered) {
        socket.terminate();
        continue;
      }
      state.answered = false;
      socket.ping();
    }
  }

  #awaitSubscribers(): void {
    clearTimeout(this.#orphaned);
    this.#orphaned = setTimeout(() => {
      this.#options.onOrphaned();
      this.#awaitSubscribers();
    }, this.#options.orphanMs ?? ORPHAN_MS);
    this.#orphaned.unref();
  }
}

/** Serves the event stream at `/events`. */
export function serveEvents(server: FastifyInstance, events: EventStream): void {
  server.get('/events', { websocket: true }, (socket) => events.subscribe(socket));
  server.addHook('preClose', () => events.close());
}
