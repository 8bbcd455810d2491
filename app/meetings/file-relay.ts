import type { Readable } from 'node:stream';
import { AppError } from '../kernel/errors.ts';
import { newToken } from '../kernel/single-use-token.ts';
import type { OfferedFile } from './messages.ts';
import type { Participant } from './participant.ts';

/** Where files pass through; a token follows. `GET` takes one, `POST` delivers it. */
export const FILES_PATH = '/meeting-files';

/** How long an address waits to be asked for, and then for its sender to deliver, in milliseconds. */
const TAKE_MS = 60_000;
const DELIVER_MS = 120_000;

/** Files that may be on their way to one participant, and from one. */
const MOST_TO_ONE = 6;
const MOST_FROM_ONE = 200;

interface Transfer {
  readonly file: OfferedFile;
  readonly sender: Participant;
  readonly receiver: Participant;
  readonly delivered: PromiseWithResolvers<Delivery>;
  /** Aborted when either participant leaves. */
  readonly abort: AbortController;
}

/** A file that is being sent. */
export interface Delivery {
  readonly bytes: Readable;
  /** Called once with whether all of it went through. */
  readonly finished: (isComplete: boolean) => void;
}

/**
 * Files on their way from one browser to another. Nothing of them is kept: what comes in from the one goes out to the
 * other at the speed of the slower of both.
 *
 *   takeFile ──▶ promised ──GET──▶ awaited ──fileWanted, POST──▶ delivered ──▶ gone
 *
 * Its addresses are tokens that are good once, and for a moment.
 */
export class FileRelay {
  /** By the receiver's token, and by the sender's. */
  readonly #promised = new Map<string, Transfer>();
  readonly #awaited = new Map<string, Transfer>();
  readonly #running = new Set<Transfer>();

  /** The address that somebody takes a file from, once. @throws AppError `too_many_requests` */
  promise({ file, sender, receiver }: Pick<Transfer, 'file' | 'sender' | 'receiver'>): string {
    const all = [...this.#running];
    const isTooMany =
      all.filter((other) => other.receiver === receiver).length >= MOST_TO_ONE ||
      all.filter((other) => other.sender === sender).length >= MOST_FROM_ONE;
    if (isTooMany) throw new AppError('too_many_requests', { params: { seconds: TAKE_MS / 1000 } });
    const transfer: Transfer = {
      file,
      sender,
      receiver,
      delivered: Promise.withResolvers<Delivery>(),
      abort: new AbortController(),
    };
    // Nobody may be waiting for it when it fails.
    transfer.delivered.promise.catch(() => {});
    this.#running.add(transfer);
    return this.#keep(this.#promised, transfer, TAKE_MS);
  }

  /**
   * Somebody takes a file: asks its sender for it.
   *
   * @param hungUp aborted when nobody waits for it any more.
   * @throws AppError `not_found` for an address that never was, was used, or is too old; and when the sender does not
   * deliver in time, or leaves.
   */
  async take(
    token: string,
    hungUp: AbortSignal,
  ): Promise<{ readonly file: OfferedFile; readonly delivery: Delivery; readonly signal: AbortSignal }> {
    const transfer = take(this.#promised, token);
    hungUp.addEventListener('abort', () => this.#end(transfer), { once: true });
    const path = this.#keep(this.#awaited, transfer, DELIVER_MS);
    transfer.sender.notify('fileWanted', { fileId: transfer.file.id, path });
    const delivery = await transfer.delivered.promise;
    return { file: transfer.file, delivery, signal: transfer.abort.signal };
  }

  /** The file that a sender's address is meant for. @throws AppError `not_found` */
  awaited(token: string): OfferedFile {
    const transfer = this.#awaited.get(token);
    if (!transfer) throw new AppError('not_found');
    return transfer.file;
  }

  /** Its sender delivers: resolves with whether all of it went through. @throws AppError `not_found` */
  async deliver(token: string, bytes: Readable): Promise<boolean> {
    const transfer = take(this.#awaited, token);
    const end = Promise.withResolvers<boolean>();
    transfer.delivered.resolve({ bytes, finished: end.resolve });
    try {
      return await end.promise;
    } finally {
      this.#running.delete(transfer);
    }
  }

  /** Somebody left: whatever is on its way from or to them ends. */
  left(participant: Participant): void {
    for (const transfer of [...this.#running]) {
      if (transfer.sender === participant || transfer.receiver === participant) this.#end(transfer);
    }
  }

  #end(transfer: Transfer): void {
    transfer.abort.abort();
    transfer.delivered.reject(new AppError('not_found'));
    this.#running.delete(transfer);
    for (const waiting of [this.#promised, this.#awaited]) {
      for (const [token, other] of waiting) if (other === transfer) waiting.delete(token);
    }
  }

  /** Keeps a transfer under a new token for so long; answers its address. */
  #keep(waiting: Map<string, Transfer>, transfer: Transfer, ms: number): string {
    const { token } = newToken();
    waiting.set(token, transfer);
    setTimeout(() => {
      if (waiting.get(token) === transfer) this.#end(transfer);
    }, ms).unref();
    return `${FILES_PATH}/${token}`;
  }
}

function take(waiting: Map<string, Transfer>, token: string): Transfer {
  const transfer = waiting.get(token);
  if (!transfer) throw new AppError('not_found');
  waiting.delete(token);
  return transfer;
}
