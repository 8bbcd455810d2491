import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Config } from './config.ts';
import type { Conflict } from './conflict.ts';

/** A site's own sign. */
export interface Logo {
  readonly contentType: 'image/svg+xml' | 'image/png';
  readonly bytes: Buffer;
}

const LARGEST_BYTES = 200_000;
const LARGEST_PIXELS = 4096;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * What an image does not need and a document that is opened could do harm with. They would not run anyway: what is
 * served has a Content-Security-Policy that forbids them.
 */
const ACTIVE =
  /<script|<foreignObject|<!ENTITY|javascript:|\son[a-z]+\s*=|(?:href|src)\s*=\s*["']?\s*(?:https?:)?\/\//i;

/** What is wrong with the logos of sites. */
export async function logoConflicts({ sites }: Pick<Config, 'sites'>): Promise<readonly Conflict[]> {
  const read = await Promise.all(sites.map(async ({ logo }) => (logo ? readLogo(logo) : null)));
  return read.flatMap((each, index): Conflict[] => {
    if (each === null || 'logo' in each) return [];
    return [{ sides: [{ path: ['sites', index, 'logo'], message: () => each.fault }] }];
  });
}

/** Reads a logo; `fault` is what is wrong with it, told to whoever wrote the setting. */
export async function readLogo(file: string): Promise<{ readonly logo: Logo } | { readonly fault: string }> {
  const bytes = await readBytes(file);
  if (typeof bytes === 'string') return { fault: bytes };
  if (bytes.subarray(0, PNG.length).equals(PNG)) return readPng(file, bytes);
  const text = bytes.toString('utf8');
  if (!/<svg[\s>]/.test(text.slice(0, 10_000))) {
    return { fault: `must be an SVG or PNG file, got neither in ${file}` };
  }
  if (ACTIVE.test(text)) {
    return {
      fault: `must be an SVG file without scripts, entities and addresses of others, got one in ${file}`,
    };
  }
  return { logo: { contentType: 'image/svg+xml', bytes } };
}

function readPng(file: string, bytes: Buffer): { readonly logo: Logo } | { readonly fault: string } {
  // The first chunk is the header, with width and height (PNG, section 11.2.1).
  const isWhole = bytes.byteLength > 24 && bytes.toString('latin1', 12, 16) === 'IHDR';
  const [width, height] = isWhole ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : [0, 0];
  if (width === 0 || height === 0) return { fault: `must be a whole PNG file, got a part of one in ${file}` };
  if (width > LARGEST_PIXELS || height > LARGEST_PIXELS) {
    return {
      fault: `must have at most ${LARGEST_PIXELS} pixels each way, got ${width} × ${height} in ${file}`,
    };
  }
  return { logo: { contentType: 'image/png', bytes } };
}

async function readBytes(file: string): Promise<Buffer | string> {
  try {
    // Not to wait for a writer, should it be a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const about = await handle.stat();
      if (!about.isFile()) return `must be a file, got something else in ${file}`;
      if (about.size > LARGEST_BYTES) {
        return `must be at most ${LARGEST_BYTES} bytes long, got ${about.size} in ${file}`;
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? 'there is none'
        : code === 'EACCES' || code === 'EPERM'
          ? 'this user may not read it'
          : (code ?? 'unknown error');
    return `must be a file that can be read, but ${why} at ${file}`;
  }
}
