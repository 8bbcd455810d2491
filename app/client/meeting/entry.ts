import type { Device } from 'mediasoup-client';
import { type Joined, PROTOCOL_VERSION, type Waiting } from '../../meetings/messages.ts';
import { type Signalling, SignallingError } from './signalling.ts';

/** Wait before another `join` while the SFU is away, in milliseconds. */
const UNAVAILABLE_WAIT_MS = 500;

/** The codes for which a participant who was in waits and tries again. */
const PASSING_FAULTS = new Set([
  'disconnected',
  'media_unavailable',
  'deadline_exceeded',
  'out_of_order',
  'too_many_requests',
]);

export interface EntryOptions {
  readonly signalling: Signalling;
  /** Loaded with the router's RTP capabilities. */
  readonly device: Device;
  readonly room: string;
  /** Of the personal link that the page was opened by. */
  readonly invitation: string | null;
  /** Whether the transports that the server may still have for this side failed for good. */
  readonly isBroken: () => boolean;
  /** Whether this side still wants to come back. */
  readonly isWanted: () => boolean;
  readonly onAnswer: (answer: Joined | Waiting) => Promise<void>;
  /** There is no way back. */
  readonly onRefused: (fault: SignallingError | 'closed') => void;
}

/** The way into a meeting, and back into it: always the same `join`, as the same participant once there was an answer. */
export class Entry {
  readonly #options: EntryOptions;
  /** Proves who this is, or where in the queue, when it joins again. */
  #token: string | undefined;
  /** An answer to any attempt but the last one is stale. */
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** What this side is called. */
  name = '';

  constructor(options: EntryOptions) {
    this.#options = options;
  }

  /** @throws {@link SignallingError} with the server's code. */
  async enter(): Promise<void> {
    const { signalling, device, room, invitation, isBroken, onAnswer } = this.#options;
    const attempt = ++this.#attempt;
    clearTimeout(this.#retryTimer);
    const answer = await signalling.request('join', {
      version: PROTOCOL_VERSION,
      room,
      name: this.name,
      rtpCapabilities: device.recvRtpCapabilities as never,
      ...(this.#token !== undefined && { token: this.#token }),
      ...(invitation !== null && { invitation }),
      ...(isBroken() && { fresh: true }),
    });
    // A later entry, or the end, made this answer stale.
    if (attempt !== this.#attempt) return;
    this.#token = 'waitingFor' in answer ? answer.token : answer.you.token;
    await onAnswer(answer);
  }

  /** Comes back by itself, as often as it takes. */
  again(): void {
    const { signalling, isWanted, onRefused } = this.#options;
    const attempt = this.#attempt + 1;
    this.enter().catch((fault: Error) => {
      if (attempt !== this.#attempt || !isWanted()) return;
      const code = fault instanceof SignallingError ? fault.code : 'internal';
      if (!PASSING_FAULTS.has(code)) return onRefused(fault instanceof SignallingError ? fault : 'closed');
      // A lost socket calls back by itself when another one is open.
      if (signalling.isOpen) this.#retryTimer = setTimeout(() => this.again(), UNAVAILABLE_WAIT_MS);
    });
  }

  /** Whatever is on its way counts no more. */
  cancel(): void {
    this.#attempt += 1;
    clearTimeout(this.#retryTimer);
  }
}
