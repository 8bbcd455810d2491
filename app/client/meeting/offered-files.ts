import { createNanoEvents } from 'nanoevents';
import { FILE_PART_BYTES, type Joined, type OfferedFile } from '../../meetings/messages.ts';
import type { Signalling } from './signalling.ts';

interface OfferedFilesEvents {
  /** Somebody offers a file, oneself included. Not emitted for those of before, which come with `join`. */
  offered: (file: OfferedFile) => void;
  changed: () => void;
  /** Sending a file of ours to somebody failed: it was moved or changed, or the network broke. */
  failed: (file: OfferedFile) => void;
}

/** How many of our files go out at once; the others wait. Browsers open six connections to one host, in all. */
const UPLOADS_AT_ONCE = 2;

/**
 * Files that people offer in the meeting. A file stays in the browser that offers it. Each time that somebody takes it,
 * that browser sends it once more, through the app, which passes it on and keeps nothing.
 */
export class OfferedFiles {
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<OfferedFilesEvents>();
  readonly #offered = new Map<string, OfferedFile>();
  /** What this side offers, by the file's id. */
  readonly #own = new Map<string, File>();
  readonly #wanted: { readonly fileId: string; readonly path: string }[] = [];
  #uploads = 0;
  #maxBytes: number | null = null;

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
    signalling.on('fileOffered', ({ file }) => {
      this.#offered.set(file.id, file);
      this.#events.emit('offered', file);
      this.#events.emit('changed');
    });
    signalling.on('fileWithdrawn', ({ fileId }) => {
      this.#own.delete(fileId);
      if (this.#offered.delete(fileId)) this.#events.emit('changed');
    });
    signalling.on('fileWanted', (wanted) => {
      this.#wanted.push(wanted);
      this.#deliverNext();
    });
  }

  on<Name extends keyof OfferedFilesEvents>(name: Name, listener: OfferedFilesEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** In the order in which they were offered. */
  get all(): readonly OfferedFile[] {
    return [...this.#offered.values()];
  }

  /** Largest file that may be offered, in bytes; null when the appliance passes none on. */
  get maxBytes(): number | null {
    return this.#maxBytes;
  }

  isOwn({ id }: OfferedFile): boolean {
    return this.#own.has(id);
  }

  /**
   * The meeting says what the server answered to `join`. A server that was restarted has forgotten all offers; ours are
   * made once more.
   */
  joined({ files, maxFileBytes }: Joined): void {
    this.#maxBytes = maxFileBytes;
    const known = new Set(files.map(({ id }) => id));
    const forgotten = [...this.#own].filter(([id]) => !known.has(id)).map(([, file]) => file);
    this.#own.forEach((_file, id) => {
      if (!known.has(id)) this.#own.delete(id);
    });
    this.#offered.clear();
    for (const file of files) this.#offered.set(file.id, file);
    this.#events.emit('changed');
    for (const file of forgotten) this.offer(file).catch(() => {});
  }

  /**
   * Offers a file to everybody.
   *
   * @throws SignallingError `file_too_large`, `too_many_files`, `forbidden_by_host`, `files_off`, `too_many_requests`.
   */
  async offer(file: File): Promise<void> {
    const { fileId } = await this.#signalling.request('offerFile', {
      name: plainName(file.name),
      bytes: file.size,
    });
    this.#own.set(fileId, file);
    this.#events.emit('changed');
  }

  /** Takes an offer back. Who is receiving it right now still gets it. */
  async withdraw(fileId: string): Promise<void> {
    await this.#signalling.request('withdrawFile', { fileId });
  }

  /**
   * Asks for somebody's file.
   *
   * @returns the address that the file comes from, once: let the browser download it
   * (`<a href download>`), which saves it piece by piece as it comes.
   * @throws SignallingError `not_found` when it is offered no more, `too_many_requests`.
   */
  async take(fileId: string): Promise<string> {
    const { path } = await this.#signalling.request('takeFile', { fileId });
    return path;
  }

  /** Stops sending, when the meeting is over for this side. */
  close(): void {
    this.#own.clear();
    this.#wanted.length = 0;
    this.#offered.clear();
  }

  #deliverNext(): void {
    if (this.#uploads >= UPLOADS_AT_ONCE) return;
    const wanted = this.#wanted.shift();
    if (!wanted) return;
    const file = this.#own.get(wanted.fileId);
    if (!file) return this.#deliverNext();
    this.#uploads += 1;
    this.#deliver(file, wanted.path)
      .catch(() => {
        const offered = this.#offered.get(wanted.fileId);
        if (offered) this.#events.emit('failed', offered);
      })
      .finally(() => {
        this.#uploads -= 1;
        this.#deliverNext();
      });
  }

  async #deliver(file: File, path: string): Promise<void> {
    let from = 0;
    do {
      const response = await fetch(`${path}?from=${from}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: file.slice(from, from + FILE_PART_BYTES),
      });
      // Whoever took it changed their mind, or is gone.
      if (response.status === 404) return;
      if (!response.ok) throw new Error(`The server answered ${response.status} to a file.`);
      from += FILE_PART_BYTES;
    } while (from < file.size);
  }
}

/** Names of files may hold what no name in a list may: characters that turn the text, or that are none. */
function plainName(name: string): string {
  const plain = name.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '_').slice(-200);
  return plain.trim() === '' ? '_' : plain;
}
