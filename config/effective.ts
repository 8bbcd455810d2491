import { readFile } from 'node:fs/promises';
import type { Config } from './config.ts';
import { LARGEST_FILE_BYTES, readDocument } from './document.ts';
import { dotted, type Fault, type Path } from './faults.ts';
import { ConfigError, loadConfig } from './load.ts';
import { type PreparedPart, partsGoingBy } from './prepared.ts';
import { readSettings } from './settings.ts';
import { type Shape, settingsShape, wantedOf } from './shape.ts';

/** A setting as a running process goes by it, and where its value comes from. */
export interface EffectiveSetting {
  /** `sites[0].host` */
  readonly path: string;
  /** As it is in force; null where nothing is. Of secrets there are only paths of files. */
  readonly value: string | number | boolean | null;
  /** `automatic`: found out at start. `environment`: said by whoever started the container. */
  readonly source: 'file' | 'default' | 'automatic' | 'environment';
  /** Of the file, from 1; null for what does not stand in it. */
  readonly line: number | null;
  /** What the file says now is not what was read at the start. */
  readonly isChanged: boolean;
  readonly description: string;
  /** `a whole number from 1 to 65535` */
  readonly wanted: string;
  /** How the value is found out while none is set; null where there is a plain default. */
  readonly automatic: string | null;
  readonly parts: readonly PreparedPart[];
}

export interface EffectiveSettings {
  readonly settings: readonly EffectiveSetting[];
  /** What is wrong with the file as it is now; then the values of the start are still in force. */
  readonly faults: readonly Fault[];
}

interface Leaf {
  readonly path: Path;
  readonly shape: Shape;
  /** The list that it is in an entry of. */
  readonly list: { readonly path: Path; readonly automatic: string | null } | null;
}

/** Tells people of the settings of a running process, and what has become of the file since it started. */
export class EffectiveConfig {
  readonly #config: Config;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #parts: ReadonlyMap<string, readonly PreparedPart[]>;
  readonly #atStart: string;

  private constructor(config: Config, environment: NodeJS.ProcessEnv, atStart: string) {
    this.#config = config;
    this.#environment = environment;
    this.#atStart = atStart;
    this.#parts = new Map(
      [...leaves(config)].map(({ path }) => [dotted(path), partsGoingBy(config, path)] as const),
    );
  }

  /** @param environment as {@link loadConfig} takes it. */
  static async open(config: Config, environment: NodeJS.ProcessEnv): Promise<EffectiveConfig> {
    return new EffectiveConfig(config, environment, await textOf(config.file));
  }

  async read(): Promise<EffectiveSettings> {
    const { file } = this.#config;
    const text = await textOf(file);
    const [now, then] = [readText(text), readText(this.#atStart)];
    const settings = [...leaves(this.#config)].map(({ path, shape, list }): EffectiveSetting => {
      const value = valueAt(this.#config, path);
      const isInFile = then.positions.has(path);
      // Without the list, its entries are made up.
      const automatic = list && !then.positions.has(list.path) ? list.automatic : shape.automatic;
      const isPublished = dotted(path) === 'https.port' && this.#config.publishedPort !== null;
      return {
        path: dotted(path),
        value: Array.isArray(value) ? value.join(', ') : (value as EffectiveSetting['value']),
        source: isInFile
          ? 'file'
          : isPublished
            ? 'environment'
            : automatic !== null
              ? 'automatic'
              : 'default',
        line: now.positions.has(path) ? now.positions.key(path).line : null,
        isChanged: differ(
          valueAt(now.settings, list?.path ?? path),
          valueAt(then.settings, list?.path ?? path),
        ),
        description: shape.description,
        wanted: wantedOf(shape),
        automatic,
        parts: this.#parts.get(dotted(path)) ?? [],
      };
    });
    return { settings, faults: text === this.#atStart ? [] : await this.#faults() };
  }

  async #faults(): Promise<readonly Fault[]> {
    try {
      await loadConfig({ ...this.#environment, LINKELLO_CONFIG: this.#config.file });
      return [];
    } catch (thrown) {
      if (thrown instanceof ConfigError) return thrown.faults;
      throw thrown;
    }
  }
}

function readText(text: string) {
  const { value, positions } = readDocument(Buffer.from(text));
  return { positions, settings: readSettings(value).settings };
}

/** Empty where there is no file, or none that is a text. */
async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  return bytes.byteLength > LARGEST_FILE_BYTES ? '' : bytes.toString('utf8');
}

/** Every single setting; of a list of sections, those of each entry that is in force. */
function* leaves(config: Config, shape: Shape = settingsShape, path: Path = []): Generator<Leaf> {
  if (shape.kind === 'section') {
    for (const [key, entry] of shape.entries) yield* leaves(config, entry, [...path, key]);
    return;
  }
  if (shape.kind === 'list' && shape.item.kind === 'section') {
    const entries = valueAt(config, path);
    for (const [index] of (Array.isArray(entries) ? entries : []).entries()) {
      const list = { path, automatic: shape.automatic };
      for (const [key, entry] of shape.item.entries)
        yield { path: [...path, index, key], shape: entry, list };
    }
    return;
  }
  yield { path, shape, list: null };
}

const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);

function valueAt(holder: unknown, path: Path): unknown {
  let value = holder;
  for (const step of path) value = Object(value)[step];
  return value ?? null;
}
