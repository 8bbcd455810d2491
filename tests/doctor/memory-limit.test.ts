import t from 'tap';
import { limitedMemory, machineMemory } from '../../scripts/doctor/memory-limit.ts';

const MB = 2 ** 20;
const meminfo = 'MemTotal:        4096000 kB\nMemFree:          100000 kB\nMemAvailable:    2048000 kB\n';

t.test('of the machine', async (t) => {
  t.same(await machineMemory(t.testdir({ proc: { meminfo } })), {
    available: 2048000 * 1024,
    total: 4096000 * 1024,
  });
  t.equal(await machineMemory(t.testdir({})), null);
  const real = await machineMemory();
  t.ok(real && real.available > 0 && real.available < real.total, 'of this one');
});

t.test('of a container: its own group is the root', async (t) => {
  const root = t.testdir({
    proc: { meminfo, self: { cgroup: '0::/\n' } },
    sys: {
      fs: {
        cgroup: {
          'memory.max': `${512 * MB}\n`,
          'memory.current': `${400 * MB}\n`,
          'memory.stat': `anon 1\ninactive_file ${100 * MB}\nactive_file 5\n`,
        },
      },
    },
  });
  t.same(await limitedMemory(root), { available: 212 * MB, total: 512 * MB }, 'caches are as good as free');
});

t.test('of a service: the tightest limit above it counts', async (t) => {
  const root = t.testdir({
    proc: { meminfo, self: { cgroup: '0::/system.slice/linkello.service\n' } },
    sys: {
      fs: {
        cgroup: {
          'system.slice': {
            'memory.max': `${1024 * MB}\n`,
            'memory.current': `${1000 * MB}\n`,
            'linkello.service': { 'memory.max': 'max\n', 'memory.current': `${10 * MB}\n` },
          },
        },
      },
    },
  });
  t.same(await limitedMemory(root), { available: 24 * MB, total: 1024 * MB });
});

t.test('of the older kind of groups, whose "no limit" is a very large number', async (t) => {
  const group = (limit: number | string) =>
    t.testdir({
      proc: { meminfo, self: { cgroup: '5:memory:/docker/1\n4:cpu:/docker/1\n' } },
      sys: {
        fs: {
          cgroup: {
            memory: {
              docker: {
                1: {
                  'memory.limit_in_bytes': `${limit}\n`,
                  'memory.usage_in_bytes': `${90 * MB}\n`,
                  'memory.stat': 'total_inactive_file 0\n',
                },
              },
            },
          },
        },
      },
    });
  t.same(await limitedMemory(group(100 * MB)), { available: 10 * MB, total: 100 * MB });
  t.equal(await limitedMemory(group('9223372036854771712')), null);
});

t.test('none', async (t) => {
  t.equal(await limitedMemory(t.testdir({ proc: { meminfo } })), null);
});
