import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInflate, createInflateRaw, type Inflate } from 'node:zlib';
import { type Encoding, lowered, type Needle, needlesOf } from './encodings.ts';

/** A value that was found. It is told by its name, so that a report repeats nothing. */
export interface Hit {
  readonly name: string;
  readonly encoding: Encoding;
  /** A file, or what was given to be searched; within it, what was unpacked on the way. */
  readonly where: string;
}

/** Shorter values, in characters, would be found by chance. */
const SHORTEST = 6;
/** Streams within streams that are opened. */
const DEEPEST = 4;
/** Of what is unpacked at a time: what comes before a fault is not lost with it. */
const CHUNK_BYTES = 1024;

/** Looks for values that are found nowhere else, byte by byte, whatever they are written in or packed into. */
export class CanarySearch {
  readonly #needles: readonly (Needle & { readonly name: string })[];

  /**
   * @param values what to look for, by a name of it.
   * @throws RangeError for a value of less than 6 characters.
   */
  constructor(values: Readonly<Record<string, string>>) {
    this.#needles = Object.entries(values).flatMap(([name, value]) => {
      if (value.length < SHORTEST) throw new RangeError(`${name} is too short to be looked for.`);
      return needlesOf(value).map((needle) => ({ ...needle, name }));
    });
  }

  /** What is found in these bytes, each value and encoding once. `where`: what they are called. */
  async bytes(where: string, bytes: Buffer): Promise<readonly Hit[]> {
    return this.#search(where, bytes, 0);
  }

  async text(where: string, text: string): Promise<readonly Hit[]> {
    return this.bytes(where, Buffer.from(text));
  }

  /** What is found in all files below a folder, their names included. Sockets and the like hold nothing. */
  async folder(folder: string): Promise<readonly Hit[]> {
    const hits: Hit[] = [];
    for (const name of (await readdir(folder, { recursive: true })).sort()) {
      const path = join(folder, name);
      const where = relative(folder, path);
      hits.push(...(await this.text(`the name ${where}`, where)));
      if (!(await lstat(path)).isFile()) continue;
      hits.push(...(await this.bytes(where, await readFile(path))));
    }
    return hits;
  }

  async #search(where: string, bytes: Buffer, depth: number): Promise<Hit[]> {
    const hits = new Map<string, Hit>();
    for (const form of [bytes, unfolded(bytes)]) {
      const low = lowered(form);
      for (const needle of this.#needles) {
        const { name, encoding } = needle;
        const isThere = needle.decoded === null ? low.includes(needle.bytes) : isEncodedIn(form, needle);
        if (isThere) hits.set(`${name} ${encoding}`, { name, encoding, where });
      }
    }
    const all = [...hits.values()];
    if (depth === DEEPEST) return all;
    for (const { kind, at, content } of [...decoded(bytes), ...(await unpacked(bytes))])
      all.push(...(await this.#search(`${where} → ${kind} at ${at}`, content, depth + 1)));
    return all;
  }
}

/** Whether it is there with its first and last byte whole: see {@link Needle}. */
function isEncodedIn(bytes: Buffer, { bytes: wanted, decoded }: Needle): boolean {
  return [...places(bytes, wanted)].some((at) => {
    const around = bytes.toString('latin1', Math.max(0, at - 8), at + wanted.length + 8);
    const run = around.replaceAll(/[^\w+/-]/g, ' ');
    return run
      .split(' ')
      .some((text) =>
        [0, 1, 2, 3].some((skipped) =>
          Buffer.from(text.slice(skipped), 'base64').includes(decoded ?? wanted),
        ),
      );
  });
}

/** Without line breaks and what goes with them, as mail breaks lines (RFC 2045, 6.7; RFC 5322, 2.2.3; RFC 5545, 3.1). */
function unfolded(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/=?\r?\n[ \t]?/g, ''), 'latin1');
}

interface Inner {
  readonly kind: 'base64' | 'gzip' | 'zlib' | 'zip';
  /** Bytes before it, line breaks left out for Base64. */
  readonly at: number;
  readonly content: Buffer;
}

/** What reads as Base64 of a line or more. What stands before it may look like a part of it. */
function* decoded(bytes: Buffer): Generator<Inner> {
  const text = unfolded(bytes).toString('latin1');
  for (const { 0: run, index } of text.matchAll(/[\w+/-]{60,}/g)) {
    for (const skipped of [0, 1, 2, 3])
      yield { kind: 'base64', at: index + skipped, content: Buffer.from(run.slice(skipped), 'base64') };
  }
}

/** Whatever in these bytes can be unpacked, wherever it begins; of one that is cut off, what there is. */
async function unpacked(bytes: Buffer): Promise<readonly Inner[]> {
  const found: Inner[] = [];
  const unpack = async (kind: Inner['kind'], at: number, begin: number, inflate: Inflate) => {
    const content = await inflated(bytes.subarray(begin), inflate);
    if (content.length > 0) found.push({ kind, at, content });
  };
  for (const at of places(bytes, Buffer.from([0x1f, 0x8b, 0x08])))
    await unpack('gzip', at, at + gzipHead(bytes, at), createInflateRaw({ chunkSize: CHUNK_BYTES }));
  for (const level of [0x01, 0x5e, 0x9c, 0xda]) {
    for (const at of places(bytes, Buffer.from([0x78, level])))
      await unpack('zlib', at, at, createInflate({ chunkSize: CHUNK_BYTES }));
  }
  // A file in an archive (APPNOTE.TXT, 4.3.7); one that is only stored reads as it is.
  for (const at of places(bytes, Buffer.from('PK\u0003\u0004'))) {
    if (at + 30 > bytes.length) continue;
    const begin = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    await unpack('zip', at, begin, createInflateRaw({ chunkSize: CHUNK_BYTES }));
  }
  return found;
}

/** What comes out until it ends or is broken; nothing where it only looked like the beginning of something. */
async function inflated(bytes: Buffer, inflate: Inflate): Promise<Buffer> {
  const parts: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  inflate.on('data', (part: Buffer) => parts.push(part));
  for (const event of ['end', 'error', 'close'] as const) inflate.once(event, () => resolve());
  inflate.end(bytes);
  await promise;
  inflate.destroy();
  return Buffer.concat(parts);
}

/** Length of the head of a gzip member, in bytes (RFC 1952, 2.3). */
function gzipHead(bytes: Buffer, at: number): number {
  if (at + 12 > bytes.length) return 10;
  const flags = bytes[at + 3] ?? 0;
  let length = 10;
  if (flags & 4) length += 2 + bytes.readUInt16LE(at + length);
  // The name of a file, and a comment, each up to its zero.
  for (const flag of [8, 16]) if (flags & flag) length = bytes.indexOf(0, at + length) + 1 - at;
  return flags & 2 ? length + 2 : length;
}

function* places(bytes: Buffer, mark: Buffer): Generator<number> {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) yield at;
}
