import t from 'tap';
import { CpuGauge } from '../../media/cpu-gauge.ts';
import { readLoad } from '../../media/load.ts';
import { until } from '../deadline.ts';
import { Rig } from './rig.ts';

t.setTimeout(120_000);

t.test('what each worker carries', async (t) => {
  const rig = await Rig.start(t, { workers: 2 });
  const load = async () => (await rig.client.call('readLoad', {})).workers;
  t.match(await load(), [
    {
      port: rig.options.port,
      running: true,
      rooms: 0,
      consumers: 0,
      connectedTransports: 0,
      relayedTransports: 0,
    },
    { port: rig.options.port + 1, running: true, rooms: 0 },
  ]);
  await rig.join('room', 'ana');
  await rig.produce('room', 'ana');
  await rig.join('room', 'ben');
  const busy = (await load()).filter(({ rooms }) => rooms > 0);
  t.match(busy, [{ rooms: 1, consumers: 1 }]);
  const known = await until('the load is known', load, (workers) =>
    workers.every(({ cpuShare }) => cpuShare !== null),
  );
  for (const { cpuShare } of known) t.ok((cpuShare ?? -1) >= 0 && (cpuShare ?? 2) < 1.5, `${cpuShare}`);

  process.kill(rig.workerPid(0), 'SIGKILL');
  await until('the new one begins at nothing', load, ([first]) => first?.cpuShare === null);
});

t.test('the share is of the time between two answers', async (t) => {
  const gauge = new CpuGauge();
  gauge.note({ ru_utime: 1000, ru_stime: 500 }, 10_000);
  t.equal(gauge.share, null);
  gauge.note({ ru_utime: 2000, ru_stime: 1000 }, 15_000);
  t.equal(gauge.share, 0.3);
  gauge.reset();
  t.equal(gauge.share, null);
});

t.test('relayed is what comes from this machine and a port of the relay', async (t) => {
  const tuples = [
    { remoteIp: '192.0.2.1', remotePort: 50_000 },
    { remoteIp: '192.0.2.1', remotePort: 49_159 },
    { remoteIp: '192.0.2.1', remotePort: 51_160 },
    { remoteIp: '198.51.100.7', remotePort: 50_000 },
    { remoteIp: '2001:db8::1', remotePort: 51_159 },
  ];
  const slot = {
    port: 44_300,
    running: {
      census: {
        routers: 1,
        consumers: 2,
        *selectedTuples() {
          yield* tuples;
        },
      },
    },
    cpu: new CpuGauge(),
  };
  const pool = { slots: [slot] } as unknown as Parameters<typeof readLoad>[0]['pool'];
  const ownAddresses = () => ['192.0.2.1', '2001:db8::1'];
  const relayPorts = { min: 49_160, max: 51_159 };
  t.match(readLoad({ pool, relayPorts, ownAddresses }).workers, [
    { connectedTransports: 5, relayedTransports: 2 },
  ]);
  t.match(readLoad({ pool, relayPorts: null, ownAddresses }).workers, [{ relayedTransports: 0 }]);
});
