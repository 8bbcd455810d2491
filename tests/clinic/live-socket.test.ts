import { once } from 'node:events';
import t from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { LiveSocket } from '../../app/clinic/live-socket.ts';
import { until } from '../deadline.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
t.teardown(() => server.close());

/** Both ends of a socket. */
async function pair(): Promise<{ readonly client: WebSocket; readonly accepted: WebSocket }> {
  const { port } = server.address() as { port: number };
  const connecting = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(client, 'open');
  const [accepted] = await connecting;
  return { client, accepted };
}

t.test('whoever leaves is noticed once', async (t) => {
  const { client, accepted } = await pair();
  let closed = 0;
  const live = new LiveSocket(accepted, () => {
    closed += 1;
  });
  live.send('"told"');
  const [told] = await once(client, 'message');
  t.equal(String(told), '"told"');
  client.terminate();
  await until('the end', () => closed > 0);
  live.close();
  t.equal(closed, 1);
});

t.test('whoever left before anybody looked after the socket is noticed, too', async (t) => {
  const { client, accepted } = await pair();
  client.terminate();
  await once(accepted, 'close');
  let closed = 0;
  const live = new LiveSocket(accepted, () => {
    closed += 1;
  });
  t.equal(closed, 0, 'not before it is there');
  await until('the end', () => closed > 0);
  live.send('"nobody hears it"');
  t.equal(closed, 1);
});
