import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type BuildFailure, buildSync, formatMessagesSync } from 'esbuild';
import { StartFault } from '../kernel/start-fault.ts';

/** One file that browsers load, under a name that changes with its content. */
export interface ClientFile {
  readonly contentType: string;
  readonly body: Buffer;
  /** Null where it would not be smaller. */
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
}

export interface ClientBuild {
  /** By the name in the URL: `room-3FQ2KX7A.js`. */
  readonly files: ReadonlyMap<string, ClientFile>;
  /** From the name that views use to the name in the URL: `room.js` → `room-3FQ2KX7A.js`. */
  readonly names: ReadonlyMap<string, string>;
  /** Names in the URL of what runs in workers. */
  readonly workers: ReadonlySet<string>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.tflite': 'application/octet-stream',
};
const compressible = new Set(['.js', '.css', '.svg', '.txt', '.wasm']);

/** Below this a compressed answer saves no packet. */
const COMPRESS_FROM_BYTES = 1024;

/**
 * Bundles the browser's code in memory: every `pages/*.ts` and `workers/*.ts`, `styles/main.css`, `styles/console.css` and `images/*.svg` of the client's
 * folder, with what they import.
 *
 * @throws {StartFault} with the compiler's own words when the code is wrong.
 */
export async function buildClient(folder: string): Promise<ClientBuild> {
  const entries = await entryPoints(folder);
  try {
    // Nothing else could go on meanwhile, and the compiler's process is gone when it is done.
    const result = buildSync({
      entryPoints: entries,
      outdir: folder,
      entryNames: '[name]-[hash]',
      chunkNames: '[name]-[hash]',
      assetNames: '[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      // The browsers of spring 2022 and later: phones of 2018, and an iPhone of 2015, get them.
      // `tests/browser/older-browsers.test.ts` takes away what came later.
      target: ['chrome98', 'firefox98', 'safari15.4'],
      minify: true,
      write: false,
      metafile: true,
      logLevel: 'silent',
      absWorkingDir: folder,
      loader: {
        '.svg': 'copy',
        '.png': 'copy',
        '.webp': 'copy',
        '.woff2': 'copy',
        '.mp3': 'copy',
        // Programs and models of packages: what imports them gets their address.
        '.wasm': 'file',
        '.tflite': 'file',
      },
      publicPath: '/assets/',
      // Asked for by packages that run in Node as well, and only there.
      external: ['fs', 'path'],
    });
    const names = new Map<string, string>();
    const workers = new Set<string>();
    for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
      if (entryPoint !== undefined) names.set(basename(entryPoint).replace(/\.ts$/, '.js'), basename(output));
      if (entryPoint?.startsWith('workers/')) workers.add(basename(output));
    }
    const files = await Promise.all(
      result.outputFiles.map(
        async ({ path, contents }) =>
          [basename(path), await clientFile(path, Buffer.from(contents))] as const,
      ),
    );
    return { files: new Map(files), names, workers };
  } catch (thrown) {
    if (!isBuildFailure(thrown)) throw thrown;
    const messages = formatMessagesSync(thrown.errors, { kind: 'error', color: false });
    throw new StartFault(`The browser's code cannot be built:\n${messages.join('').trimEnd()}`, {
      cause: thrown,
    });
  }
}

async function entryPoints(folder: string): Promise<string[]> {
  const pages = await readdir(join(folder, 'pages'));
  const workers = await readdir(join(folder, 'workers'));
  const images = await readdir(join(folder, 'images'));
  return [
    ...pages.filter((name) => name.endsWith('.ts')).map((name) => join(folder, 'pages', name)),
    ...workers.map((name) => join(folder, 'workers', name)),
    ...images.map((name) => join(folder, 'images', name)),
    join(folder, 'styles', 'main.css'),
    join(folder, 'styles', 'console.css'),
  ];
}

async function clientFile(path: string, body: Buffer): Promise<ClientFile> {
  const extension = extname(path);
  const contentType = contentTypes[extension];
  if (contentType === undefined)
    throw new TypeError(`Files ending in ${extension} have no content type yet.`);
  if (!compressible.has(extension) || body.byteLength < COMPRESS_FROM_BYTES) {
    return { contentType, body, brotli: null, gzip: null };
  }
  const smaller = (packed: Buffer) => (packed.byteLength < body.byteLength ? packed : null);
  const [brotli, zipped] = await Promise.all([
    // Quality 11 takes seconds and saves a tenth.
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
    promisify(gzip)(body, { level: 6 }),
  ]);
  return { contentType, body, brotli: smaller(brotli), gzip: smaller(zipped) };
}

function isBuildFailure(thrown: unknown): thrown is BuildFailure {
  return thrown instanceof Error && Array.isArray((thrown as Partial<BuildFailure>).errors);
}
