import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { createControlServer } from '../../media/control-server.ts';
import { startSfu } from '../../media/sfu.ts';
import { WorkerPool } from '../../media/worker-pool.ts';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { ControlFault } from './control-client.ts';
import { Rig } from './rig.ts';
import { camera, everything } from './rtp.ts';

t.setTimeout(120_000);

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (fault) {
    if (!(fault instanceof ControlFault)) throw fault;
    return fault.code;
  }
}

const readiness = async ({ client }: Rig) => (await client.raw('GET', '/health/ready', undefined, {})).status;

async function replaced(rig: Rig, pid: number, index = 0): Promise<void> {
  await until(
    'the worker is replaced',
    () => rig.sfu.pool.slots[index]?.running?.worker.pid,
    (now) => now !== undefined && now !== pid,
  );
}

t.test('a worker that is killed is replaced, its rooms are reported and can be joined again', async (t) => {
  const rig = await Rig.start(t, { workers: 2 });
  const events = await rig.client.events();
  const before = await rig.join('room', 'ana');
  await rig.produce('room', 'ana');
  await rig.join('room', 'ben');
  await rig.join('elsewhere', 'cleo');
  const port = before.sendTransport.iceCandidates[0]?.port;
  const index = (port ?? 0) - rig.options.port;
  const pid = rig.workerPid(index);

  process.kill(pid, 'SIGKILL');
  t.same(await events.until('roomClosed'), { event: 'roomClosed', roomId: 'room', reason: 'workerDied' });
  const { rooms } = await rig.client.call('listRooms', {});
  t.same(
    rooms.map(({ roomId }) => roomId),
    ['elsewhere'],
    'the other worker goes on',
  );
  t.equal(await codeOf(rig.leave('room', 'ana')), 'not_found');

  await replaced(rig, pid, index);
  t.equal(await readiness(rig), 200);
  const again = await rig.join('room', 'ana');
  t.not(again.sendTransport.id, before.sendTransport.id);
  await rig.produce('room', 'ana', 'camera', camera());
  t.equal((await rig.join('room', 'ben')).consumers.length, 1);
  const ports = [again, await rig.join('third', 'x')].map(
    ({ sendTransport }) => sendTransport.iceCandidates[0]?.port,
  );
  t.ok(ports.includes(port), 'on the same port');
  t.equal(events.seen.filter(({ event }) => event === 'roomClosed').length, 1);
  const { text } = await rig.client.raw('GET', '/metrics');
  t.ok(text.includes(`linkello_media_worker_deaths_total{worker="${index}"} 1`));
});

t.test('calls that are under way when their worker dies are told so', async (t) => {
  const rig = await Rig.start(t);
  await rig.join('room', 'ana');
  await rig.join('room', 'ben');
  const pid = rig.workerPid();
  // Stopped, it keeps them under way until it is killed.
  process.kill(pid, 'SIGSTOP');
  const calls = [
    rig.produce('room', 'ana'),
    rig.join('room', 'cleo'),
    rig.join('another', 'dora'),
    rig.client.call('joinRoom', { roomId: 'room', peerId: 'cleo', rtpCapabilities: everything, label: {} }),
  ].map(codeOf);
  await rig.client.call('listRooms', {});
  process.kill(pid, 'SIGKILL');
  t.same(await Promise.all(calls), ['worker_lost', 'worker_lost', 'worker_lost', 'worker_lost']);
  await replaced(rig, pid);
  t.same(await rig.client.call('listRooms', {}), { rooms: [] });
  await rig.join('room', 'cleo');
});

t.test('a worker that hangs does not make callers hang', async (t) => {
  const rig = await Rig.start(t);
  await rig.join('room', 'ana');
  const pid = rig.workerPid();
  process.kill(pid, 'SIGSTOP');
  const calls = [rig.produce('room', 'ana'), rig.join('room', 'ben'), rig.join('other', 'cleo')].map(codeOf);
  t.equal((await rig.client.raw('GET', '/metrics')).status, 200, 'metrics need no worker');
  t.same(await Promise.all(calls), ['deadline_exceeded', 'deadline_exceeded', 'deadline_exceeded']);
  process.kill(pid, 'SIGCONT');

  const counts = async () => {
    const { worker, webRtcServer } = rig.sfu.pool.slots[0]?.running ?? {};
    return [
      (await worker?.dump())?.routerIds.length,
      (await webRtcServer?.dump())?.webRtcTransportIds.length,
    ];
  };
  await until(
    'what nobody waits for is undone',
    counts,
    ([routers, transports]) => routers === 1 && transports === 2,
  );
  const { rooms } = await rig.client.call('listRooms', {});
  t.same(
    rooms.map(({ roomId, peers }) => [
      roomId,
      peers.map(({ peerId, producers }) => [peerId, producers.length]),
    ]),
    [['room', [['ana', 0]]]],
  );
  await rig.produce('room', 'ana');
  t.equal((await rig.join('room', 'ben')).consumers.length, 1);
});

t.test('a worker that stays hung is killed and replaced', async (t) => {
  const server = await createControlServer({ secret: '', log: false });
  const pool = await WorkerPool.start({
    workers: 1,
    port: (await freePorts(1))[0],
    announcedAddresses: ['127.0.0.1'],
    log: server.log,
    watch: { intervalMs: 50, hungMs: 500 },
  });
  t.teardown(() => pool.close());
  const [slot] = pool.slots;
  await until('the worker tells its usage', () => slot?.usage);
  const pid = slot?.running?.worker.pid ?? 0;
  const { router } = await pool.createRouter();
  process.kill(pid, 'SIGSTOP');
  const next = await until(
    'another takes its place',
    () => slot?.running?.worker.pid,
    (now) => now !== undefined && now !== pid,
  );
  t.not(next, pid);
  t.ok(router.closed);
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'nothing is left of it');
});

t.test('a worker whose port is taken is tried for again and again', async (t) => {
  const rig = await Rig.start(t);
  const events = await rig.client.events();
  await rig.join('room', 'ana');
  const { port } = rig.options;
  const squatter = await squat(rig, port);
  await events.until('roomClosed');
  t.equal(await codeOf(rig.join('room', 'ana')), 'worker_lost');
  t.equal(await readiness(rig), 503);
  t.equal((await rig.client.raw('GET', '/health/live', undefined, {})).status, 200);
  squatter.close();
  await until(
    'it gets its port in the end',
    () => readiness(rig),
    (status) => status === 200,
  );
  await rig.join('room', 'ana');
});

/** Kills the worker and takes its port before the next worker does, which needs a while to start. */
async function squat(rig: Rig, port: number): Promise<Socket> {
  process.kill(rig.workerPid(), 'SIGKILL');
  for (;;) {
    const socket = createSocket('udp4');
    try {
      socket.bind(port, '127.0.0.1');
      await once(socket, 'listening');
      return socket;
    } catch {
      // The worker is still there.
    }
  }
}

t.test('what keeps workers from starting is said', async (t) => {
  const rig = await Rig.start(t);
  const options = { ...rig.options, control: `127.0.0.1:${(await freePorts(1))[0]}` };
  await t.rejects(startSfu(options), {
    name: 'StartFault',
    message: `Media worker 0 cannot listen on UDP and TCP port ${options.port} of 127.0.0.1`,
  });
  await t.rejects(
    startSfu({
      ...options,
      port: (await freePorts(1))[0],
      announcedAddresses: ['203.0.113.1', '203.0.113.2', '203.0.113.3'],
    }),
    {
      name: 'StartFault',
      message: /announced_addresses/,
    },
  );
});
