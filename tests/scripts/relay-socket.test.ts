import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { serveRelaySocket } from '../../scripts/supervisor/relay-socket.ts';
import { within } from '../deadline.ts';
import { Coturn } from '../turn/coturn.ts';
import { decode, encode } from '../turn/stun.ts';

/** Sockets have short paths only. */
async function shortFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

t.test('the socket leads to the relay and back', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  const path = join(await shortFolder(t), 'host', 'turn.sock');
  const server = await serveRelaySocket(coturn.config, path);
  t.teardown(() => server.close());
  // One that an earlier process left is replaced.
  const again = await serveRelaySocket(coturn.config, path);
  t.teardown(() => again.close());

  const client = connect(path);
  client.write(encode('allocate', 'request', []).bytes);
  const [answer] = (await within('an answer', once(client, 'data'))) as [Buffer];
  t.match(decode(answer), { method: 'allocate', kind: 'error' }, 'it asks for a credential');
  client.destroy();
});

t.test('without a relay behind it, a connection ends', async (t) => {
  const coturn = await Coturn.start();
  const path = join(await shortFolder(t), 'turn.sock');
  const server = await serveRelaySocket(coturn.config, path);
  t.teardown(() => server.close());
  await coturn.stop();
  const client = connect(path);
  await within('the end', once(client, 'close'));
  t.pass('it is not left open');
});
