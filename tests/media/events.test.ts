import t from 'tap';
import { listenForControl } from '../../media/control-address.ts';
import { createControlServer } from '../../media/control-server.ts';
import { EventStream, serveEvents } from '../../media/events.ts';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { ControlClient } from './control-client.ts';
import { Rig } from './rig.ts';

t.test('rooms that no app listens to are closed after a while', async (t) => {
  const rig = await Rig.start(t, { orphanMs: 300 });
  const events = await rig.client.events();
  await rig.join('room', 'ana');
  const rooms = async () => (await rig.client.call('listRooms', {})).rooms.length;
  events.socket.close();
  await events.closed;
  const second = await rig.client.events();
  await rig.join('other', 'ben');
  second.socket.terminate();
  t.equal(await until('the rooms are closed', rooms, (count) => count === 0), 0);
});

t.test('while an app listens, they are not', async (t) => {
  const rig = await Rig.start(t, { orphanMs: 200 });
  const [one, two] = [await rig.client.events(), await rig.client.events()];
  await rig.join('room', 'ana');
  one.socket.close();
  await one.closed;
  // An SFU with no app at all, begun now, tells when the time is over.
  let orphaned = 0;
  const clock = new EventStream({ orphanMs: 200, onOrphaned: () => (orphaned += 1) });
  t.teardown(() => clock.close());
  await until(
    'the time is over twice',
    () => orphaned,
    (times) => times >= 2,
  );
  t.equal((await rig.client.call('listRooms', {})).rooms.length, 1);
  t.same(two.seen, []);
});

t.test('an app that reads nothing is cut off, and the others go on', async (t) => {
  const control = `127.0.0.1:${(await freePorts(1))[0]}`;
  const secret = 'x'.repeat(32);
  const server = await createControlServer({ secret, log: false });
  const stream = new EventStream({ onOrphaned: () => t.fail('there is an app') });
  serveEvents(server, stream);
  await listenForControl(server, control);
  const client = new ControlClient(control, secret);
  t.teardown(async () => {
    await client.close();
    await server.close();
  });

  const [reader, sleeper] = [await client.events(), await client.events()];
  sleeper.socket.pause();
  const speakerPeerIds = Array.from({ length: 5_000 }, (_, index) => `${index}-${'x'.repeat(100)}`);
  let sent = 0;
  // Far more than the buffers of the system and ours hold together.
  while (stream.size === 2 && sent < 1_000) {
    sent += 1;
    stream.emit({ event: 'speakersChanged', roomId: `room-${sent}`, speakerPeerIds });
    await reader.until('speakersChanged', ({ roomId }) => roomId === `room-${sent}`);
  }
  t.equal(stream.size, 1);
  t.equal(reader.seen.length, sent, 'all of it reached the other');
  sleeper.socket.resume();
  await sleeper.closed;
  t.ok(sleeper.seen.length < sent);
});

t.test('an app that talks too much is cut off', async (t) => {
  const rig = await Rig.start(t);
  const events = await rig.client.events();
  events.socket.on('error', () => {});
  events.socket.send('x'.repeat(10_000));
  t.equal(await events.closed, 1009);
  const others = await rig.client.events();
  others.socket.send('hello');
  await rig.join('room', 'ana');
  await rig.client.call('closeRoom', { roomId: 'room' });
  await others.until('roomClosed');
});

t.test('the SFU says goodbye when it ends', async (t) => {
  const rig = await Rig.start(t);
  const events = await rig.client.events();
  await rig.join('room', 'ana');
  await rig.sfu.close();
  t.equal(await events.closed, 1001);
  t.same(events.seen, [], 'its end is not the end of a room');
});
