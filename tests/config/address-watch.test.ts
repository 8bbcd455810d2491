import t from 'tap';
import { watchAddresses } from '../../config/address-watch.ts';
import { until } from '../deadline.ts';

const network = { announced_addresses: ['192.0.2.7', '2001:db8::7'] };

/** What is seen at each look; the last one again and again. Answers how many looks there were when it was told to stop. */
async function looksUntilStop(...seen: (readonly string[])[]): Promise<number | null> {
  let looks = 0;
  let stoppedAt: number | null = null;
  const look = () => {
    const now = seen[Math.min(looks, seen.length - 1)] ?? [];
    looks += 1;
    return now;
  };
  watchAddresses(
    { network },
    () => {
      stoppedAt = looks;
    },
    { look, everyMs: 5 },
  );
  await until('looked often enough, or told to stop', () => stoppedAt !== null || looks > seen.length + 5);
  return stoppedAt;
}

const all = network.announced_addresses;

t.test('an address that is gone for two looks ends the part', async (t) => {
  t.equal(await looksUntilStop(all, ['192.0.2.7']), 3);
  t.equal(await looksUntilStop([]), 2);
});

t.test('neither one that comes, nor one that is away for a moment', async (t) => {
  t.equal(await looksUntilStop([...all, '198.51.100.1']), null);
  t.equal(await looksUntilStop(['192.0.2.7'], all, ['192.0.2.7'], all), null);
});

t.test('addresses that the YAML names are its own matter', async (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  watchAddresses({ network }, () => t.fail('it was told to stop'), { everyMs: 5 });
  t.equal(timers(), before, 'nothing is watched');
});
