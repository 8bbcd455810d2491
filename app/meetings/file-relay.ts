import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../kernel/errors.ts';
import { newToken } from '../kernel/single-use-token.ts';
import { FILE_PART_BYTES, type OfferedFile } from './messages.ts';
import type { Participant } from './participant.ts';

/** Where files pass through; a token follows. `GET` takes one, `POST` delivers it. */
export const FILES_PATH = '/meeting-files';

/** How long an address waits to be asked for, and how long its sender's next part is waited for, in milliseconds. */
const TAKE_MS = 60_000;
const DELIVER_MS = 120_000;

/** Files that may be on their way to one participant, and from one. */
const MOST_TO_ONE = 6;
const MOST_FROM_ONE = 200;

interface Transfer {
  readonly file: OfferedFile;
  readonly sender: Participant;
  readonly receiver: Participant;
  /** Resolved when the first part comes. */
  readonly began: PromiseWithResolvers<void>;
  /** What the receiver gets; holds no more than its high-water mark. */
  readonly out: PassThrough;
  /** Bytes that have come. */
  received: number;
  /** Whether a part is coming in. */
  isBusy: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** One part of a file, as its sender posts it. */
export interface Part {
  /** Bytes of the file before it. */
  readonly from: number;
  readonly length: number;
  readonly bytes: Readable;
}

/**
 * Files on their way from one browser to another. Nothing of them is kept: what comes in from the one goes out to the
 * other at the speed of the slower of both.
 *
 *   takeFile ──▶ promised ──GET──▶ awaited ──fileWanted, POST, POST …──▶ gone
 *
 * Its addresses are tokens that are good for one file on its way to one participant, and for a moment.
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
      began: Promise.withResolvers<void>(),
      out: new PassThrough(),
      received: 0,
      isBusy: false,
      timer: undefined,
    };
    // Nobody may be waiting for it when it fails, nor listen yet when it is cut off.
    transfer.began.promise.catch(() => {});
    transfer.out.on('error', () => {});
    this.#running.add(transfer);
    this.#endAfter(transfer, TAKE_MS);
    return keep(this.#promised, transfer);
  }

  /**
   * Somebody takes a file: asks its sender for it, and resolves when its first part comes.
   *
   * @param hungUp aborted when nobody waits for it any more.
   * @throws AppError `not_found` for an address that never was, was used, or is too old; and when the sender does not
   * deliver in time, or leaves.
   */
  async take(
    token: string,
    hungUp: AbortSignal,
  ): Promise<{ readonly file: OfferedFile; readonly bytes: Readable }> {
    const transfer = this.#promised.get(token);
    if (!transfer) throw new AppError('not_found');
    this.#promised.delete(token);
    hungUp.addEventListener('abort', () => this.#end(transfer), { once: true });
    this.#endAfter(transfer, DELIVER_MS);
    const path = keep(this.#awaited, transfer);
    transfer.sender.notify('fileWanted', { fileId: transfer.file.id, path });
    await transfer.began.promise;
    return { file: transfer.file, bytes: transfer.out };
  }

  /**
   * The sender delivers a part. Resolves when the receiver's side has taken it; rejects when either side is cut off.
   *
   * @throws AppError `not_found` for an address that is none, or not any more; `invalid_input` for a part that is not the
   * next one of the file that was offered.
   */
  async deliver(token: string, { from, length, bytes }: Part): Promise<void> {
    const transfer = this.#awaited.get(token);
    if (!transfer) throw new AppError('not_found');
    const { file, out } = transfer;
    const isNext = !transfer.isBusy && from === transfer.received;
    if (!isNext || length !== Math.min(FILE_PART_BYTES, file.bytes - from))
      throw new AppError('invalid_input');
    transfer.isBusy = true;
    clearTimeout(transfer.timer);
    transfer.began.resolve();
    try {
      await pipeline(bytes, out, { end: false });
    } catch {
      this.#end(transfer);
      throw new AppError('not_found');
    }
    transfer.received += length;
    transfer.isBusy = false;
    if (transfer.received < file.bytes) return this.#endAfter(transfer, DELIVER_MS);
    out.end();
    this.#awaited.delete(token);
    // It counts until the receiver has it all.
    out.once('close', () => this.#running.delete(transfer));
  }

  /** Somebody left: whatever is on its way from or to them ends. */
  left(participant: Participant): void {
    for (const transfer of [...this.#running]) {
      if (transfer.sender === participant || transfer.receiver === participant) this.#end(transfer);
    }
  }

  #endAfter(transfer: Transfer, ms: number): void {
    clearTimeout(transfer.timer);
    transfer.timer = setTimeout(() => this.#end(transfer), ms);
    transfer.timer.unref();
  }

  #end(transfer: Transfer): void {
    clearTimeout(transfer.timer);
    this.#running.delete(transfer);
    for (const waiting of [this.#promised, this.#awaited]) {
      for (const [token, other] of waiting) if (other === transfer) waiting.delete(token);
    }
    transfer.began.reject(new AppError('not_found'));
    transfer.out.destroy(transfer.out.writableFinished ? undefined : new Error('The file was cut off.'));
  }
}

/** Keeps a transfer under a new token; answers its address. */
function keep(waiting: Map<string, Transfer>, transfer: Transfer): string {
  const { token } = newToken();
  waiting.set(token, transfer);
  return `${FILES_PATH}/${token}`;
}
