import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');

/** Where a site keeps its recipe for an engine without a registry, beside the checkout or above it. */
const RECIPE = 'shared/recipes/container-engine';

/** Base images of our Dockerfiles and compose.yaml, under their public names. */
const baseImages = [
  'node:24.21.0-bookworm-slim',
  'debian:12-slim',
  'mariadb:11.8',
  'php:8.4-apache',
] as const;

/** Longest that an engine may take to be installed, started and given its base images, in milliseconds. */
const INSTALL_MS = 20 * 60_000;

/** A container engine with Compose: what `docker` has to be called with. */
export interface Engine {
  readonly environment: NodeJS.ProcessEnv;
  /** Whether it reaches no registry, so that its base images are stand-ins made here. */
  readonly standsAlone: boolean;
}

/**
 * The engine of this machine: the one that answers `docker`; else one that the recipe beside the checkout installs and
 * starts, with its stand-ins for base images.
 *
 * @returns null where there is neither.
 * @throws Error when the recipe is there and fails: then an engine was to be had, and it broke.
 */
export async function findEngine(): Promise<Engine | null> {
  const recipe = await findRecipe();
  if (recipe === null)
    return (await answers(process.env)) ? { environment: process.env, standsAlone: false } : null;

  await run(join(recipe, 'engine-up.sh'), { timeout: INSTALL_MS });
  const { stdout } = await run('bash', ['-c', 'eval "$("$0" --env)"; env -0', join(recipe, 'engine-up.sh')]);
  const environment = Object.fromEntries(
    stdout.split('\0').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
  await run(join(recipe, 'base-images.sh'), baseImages, {
    env: environment,
    timeout: INSTALL_MS,
    maxBuffer: 2 ** 24,
  });
  return { environment, standsAlone: true };
}

async function findRecipe(): Promise<string | null> {
  // A clone is looked at where it is, and where it came from.
  const origin = await run('git', ['-C', project, 'config', 'remote.origin.url']).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  for (const start of [project, ...(origin.startsWith('/') ? [origin] : [])]) {
    for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
      const recipe = join(folder, RECIPE);
      const isThere = await access(join(recipe, 'engine-up.sh')).then(
        () => true,
        () => false,
      );
      if (isThere) return recipe;
    }
  }
  return null;
}

async function answers(environment: NodeJS.ProcessEnv): Promise<boolean> {
  return run('docker', ['compose', 'version'], { env: environment })
    .then(() => run('docker', ['info'], { env: environment }))
    .then(
      () => true,
      () => false,
    );
}
