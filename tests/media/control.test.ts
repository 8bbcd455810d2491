import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import { DEADLINE_MS } from '../../media/contract.ts';
import { startSfu } from '../../media/sfu.ts';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { Rig } from './rig.ts';
import { camera, everything, microphone } from './rtp.ts';

t.setTimeout(120_000);

const problem = (text: string) => JSON.parse(text) as { code: string; status: number; detail?: string };

t.test('nobody gets in without the secret', async (t) => {
  const { client, options } = await Rig.start(t);
  const wrong = [
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${options.secret}x`,
    `bearer ${options.secret}`,
    options.secret,
  ];
  for (const authorization of wrong) {
    const headers = authorization === '' ? {} : { authorization };
    for (const [method, url, body] of [
      ['GET', '/rooms', undefined],
      ['GET', '/metrics', undefined],
      ['GET', '/nothing', undefined],
      ['PUT', '/rooms/a/peers/b', '{ not JSON'],
      ['PUT', '/rooms/a/peers/b', 'x'.repeat(1_000_000)],
    ] as const) {
      const answer = await client.raw(method, url, body, headers);
      t.equal(answer.status, 401, `${method} ${url} with ${authorization ? 'a wrong secret' : 'none'}`);
      t.match(answer.contentType, 'application/problem+json');
      t.equal(problem(answer.text).code, 'unauthorised');
      t.notOk(answer.text.includes(options.secret));
    }
  }

  const socket = new WebSocket(`ws+unix:${options.control}:/events`);
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  t.equal(response.statusCode, 401, 'nor may one listen');
  socket.terminate();

  t.equal((await client.raw('GET', '/health/live', undefined, {})).status, 200, 'but for its health');
  t.same(JSON.parse((await client.raw('GET', '/health/ready', undefined, {})).text), {
    status: 'ready',
    workers: { running: 1, wanted: 1 },
  });
});

t.test('what is no call of the contract is refused, and nothing is guessed', async (t) => {
  const rig = await Rig.start(t);
  const { client } = rig;
  const refused = async (code: string, method: string, url: string, body?: unknown) => {
    const { status, text, contentType } = await client.raw(method, url, body);
    t.equal(problem(text).code, code, `${method} ${url.slice(0, 40)}`);
    t.equal(problem(text).status, status);
    t.match(contentType, 'application/problem+json');
  };
  await refused('not_found', 'GET', '/nothing');
  await refused('not_found', 'POST', '/rooms');
  await refused('invalid', 'GET', '/%zz');
  await refused('invalid', 'DELETE', `/rooms/${'x'.repeat(129)}`);
  await refused('invalid', 'DELETE', '/rooms/a%20b');
  await refused('not_found', 'DELETE', `/rooms/${'x'.repeat(128)}`);

  const join = '/rooms/room/peers/ana';
  await refused('invalid', 'PUT', join);
  await refused('invalid', 'PUT', join, '{');
  await refused('invalid', 'PUT', join, '[]');
  await refused('invalid', 'PUT', join, '{"rtpCapabilities":{"codecs":[]},"label":{},"__proto__":{"x":1}}');
  await refused('invalid', 'PUT', join, { rtpCapabilities: everything });
  await refused('invalid', 'PUT', join, { rtpCapabilities: everything, label: 'Ana' });
  await refused('invalid', 'PUT', join, {
    rtpCapabilities: everything,
    label: { text: 'x'.repeat(200_000) },
  });
  await refused('invalid', 'PUT', join, { rtpCapabilities: JSON.stringify(everything), label: {} });
  await rig.join('room', 'ana');
  const produce = '/rooms/room/peers/ana/producers';
  const sent = { kind: 'audio', source: 'microphone', rtpParameters: microphone(), paused: false };
  await refused('invalid', 'POST', produce, { ...sent, paused: 'false' });
  await refused('invalid', 'POST', produce, { ...sent, paused: 0 });
  await refused('invalid', 'POST', produce, { ...sent, source: 'desktop' });
  await refused('invalid', 'POST', '/rooms/room/peers/ana/consumers/resume', { consumerIds: 'x' });
  t.same((await client.call('listRooms', {})).rooms[0]?.peers[0]?.producers, []);

  const { status } = await client.raw('PUT', join, {
    rtpCapabilities: everything,
    label: {},
    roomId: 'other',
  });
  t.equal(status, 200, 'the path says which room');
  t.equal((await client.call('listRooms', {})).rooms.length, 1);
});

t.test('a caller that sends too slowly is cut off', async (t) => {
  const { options } = await Rig.start(t);
  const socket = connect(options.control);
  socket.write(`PUT /rooms/a/peers/b HTTP/1.1\r\nhost: media\r\nauthorization: Bearer ${options.secret}\r\n`);
  socket.write('content-type: application/json\r\ncontent-length: 1000\r\n\r\n{');
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS * 4) });
  t.notOk(answer.includes(' 200 '));
});

t.test('over TCP it is the same', async (t) => {
  const rig = await Rig.start(t, { control: `127.0.0.1:${(await freePorts(1))[0]}` });
  const events = await rig.client.events();
  await rig.join('room', 'ana');
  await rig.produce('room', 'ana');
  const ben = await rig.join('room', 'ben');
  t.equal(ben.consumers.length, 1);
  await rig.client.call('closeRoom', { roomId: 'room' });
  await events.until('roomClosed');
  await t.rejects(startSfu({ ...rig.options, port: (await freePorts(1))[0] }), {
    name: 'StartFault',
    message: /media\.control: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
  });
});

t.test('the socket belongs to one process and to its owner', async (t) => {
  const rig = await Rig.start(t);
  const { control } = rig.options;
  t.equal((await stat(control)).mode & 0o777, 0o600);
  t.equal((await stat(join(control, '..'))).mode & 0o777, 0o700);

  const second = { ...rig.options, port: (await freePorts(1))[0] };
  await t.rejects(startSfu(second), { name: 'StartFault', message: /another process listens on/ });
  t.equal((await rig.client.raw('GET', '/rooms')).status, 200, 'the first one goes on');

  await rig.sfu.close();
  await t.rejects(stat(control), { code: 'ENOENT' }, 'it goes with its process');

  await writeFile(control, '');
  await t.rejects(startSfu(second), { name: 'StartFault', message: /is there already and is no socket/ });
});

t.test('a socket that a dead process left is replaced', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'media.sock');
  const listen = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('listens'))`;
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.ok((await stat(path)).isSocket(), 'it is left behind');

  const rig = await Rig.start(t, { control: path });
  t.equal((await rig.client.raw('GET', '/rooms')).status, 200);
});

t.test('metrics say how much there is, and not who', async (t) => {
  const rig = await Rig.start(t);
  const events = await rig.client.events();
  await rig.join('room-of-ana', 'ana', everything, { name: 'Ana' });
  await rig.join('room-of-ana', 'ben');
  await rig.produce('room-of-ana', 'ana', 'camera', camera());
  await t.rejects(rig.leave('room-of-ana', 'nobody'));
  const { text, contentType } = await rig.client.raw('GET', '/metrics');
  t.match(contentType, 'text/plain');
  for (const line of [
    'linkello_media_rooms 1',
    'linkello_media_peers 2',
    'linkello_media_routers{worker="0"} 1',
    'linkello_media_transports{worker="0"} 4',
    'linkello_media_producers{worker="0"} 1',
    'linkello_media_consumers{worker="0"} 1',
    'linkello_media_event_subscribers 1',
    'linkello_media_worker_up{worker="0"} 1',
    'linkello_media_worker_deaths_total{worker="0"} 0',
    'linkello_media_control_call_seconds_count{operation="joinRoom",outcome="ok"} 2',
    'linkello_media_control_call_seconds_count{operation="leaveRoom",outcome="not_found"} 1',
  ]) {
    t.ok(text.split('\n').includes(line), line);
  }
  t.match(text, /linkello_media_worker_memory_peak_bytes\{worker="0"\} [1-9]/);
  t.match(text, /linkello_media_worker_cpu_seconds_total\{worker="0"\} \d/);
  t.notMatch(text, /\bana\b|room-of|Ana/);
  events.socket.close();
});

t.test('logs name no room, no peer and no label', async (t) => {
  let log = '';
  const rig = await Rig.start(t, {
    log: {
      write: (line) => {
        log += line;
      },
    },
  });
  const ana = await rig.join('room-of-ana', 'peer-ana', everything, { name: 'Ana Label' });
  await rig.produce('room-of-ana', 'peer-ana');
  await t.rejects(rig.produce('room-of-ana', 'peer-ana'));
  await t.rejects(
    rig.client.call('restartIce', { roomId: 'room-of-ben', peerId: 'x', transportId: ana.sendTransport.id }),
  );
  await rig.client.raw('GET', '/rooms/room-of-ana/nothing');
  await rig.client.raw('PUT', '/rooms/room-of-ana/peers/peer-ana', '{');
  process.kill(rig.workerPid(), 'SIGKILL');
  const messages = () =>
    log
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  const runs = (lines: string[]) => lines.filter((msg) => msg === 'media worker runs').length === 2;
  await until('the worker is replaced', messages, runs);
  t.ok(messages().includes('media worker died; its rooms are gone'));
  t.notMatch(log, /room-of|peer-ana|Label/);
  t.notOk(log.includes(rig.options.secret));
});
