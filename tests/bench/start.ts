import { performance } from 'node:perf_hooks';
import { Bundle } from '../engine/bundle.ts';

/** Images of our own, and the largest size that each may have, in MB, where a limit was promised. */
const images: Readonly<Record<string, number | null>> = {
  'linkello/app:0.1.0': 250,
  'linkello/media:0.1.0': null,
  'linkello/turn:0.1.0': null,
  'linkello/analytics:0.1.0': null,
};

const MB = 1_000_000;

/**
 * How long the bundle takes until every container is healthy, with its images present: from nothing, and with its data
 * there. Measured against what the engine itself needs to run a container that does nothing.
 */
export async function benchStart(print: (line: string) => void, times = 3): Promise<void> {
  const bundle = await Bundle.unpack('linkello-bench');
  if (bundle === null) throw new Error('There is no container engine: install Docker with Compose.');
  try {
    const measure = async (work: () => Promise<unknown>) => {
      const startedAt = performance.now();
      await work();
      return performance.now() - startedAt;
    };
    const up = () => bundle.demand('up', '--detach', '--wait');
    const nothing = () => bundle.docker('run', '--rm', '--network', 'none', 'linkello/app:0.1.0', 'true');
    const cold: number[] = [];
    const warm: number[] = [];
    const floor: number[] = [];
    for (let run = 0; run < times; run += 1) {
      await bundle.demand('down', '--volumes');
      floor.push(await measure(nothing));
      cold.push(await measure(up));
      await bundle.demand('down');
      warm.push(await measure(up));
    }
    const one = median(floor);
    print(`median of ${times}, from \`docker compose up -d --wait\` until every container is healthy:`);
    print(
      `  from nothing   ${seconds(median(cold))}   ${(median(cold) / one).toFixed(1)} times an empty container's ${seconds(one)}`,
    );
    print(`  with its data  ${seconds(median(warm))}   ${(median(warm) / one).toFixed(1)} times`);
    print('sizes of the images, unpacked; what they share is counted in each:');
    for (const [image, limitMb] of Object.entries(images)) {
      const bytes = Number(await bundle.docker('image', 'inspect', '--format', '{{.Size}}', image));
      const limit = limitMb === null ? '' : `   (limit ${limitMb} MB)`;
      print(`  ${image.padEnd(26)} ${(bytes / MB).toFixed(0).padStart(4)} MB${limit}`);
    }
  } finally {
    await bundle.remove();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
