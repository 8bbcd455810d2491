import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { wayIn } from '../../turn/addresses.ts';

/**
 * Opens a Unix socket that leads to the relay's TCP port, for the app in a container of its own: packet filters of hosts
 * let containers reach the host by nothing else. What comes in is TURN, which asks for a credential as always.
 *
 * @throws Error of the file system when the socket cannot be made.
 */
export async function serveRelaySocket(config: Config, path: string): Promise<Server> {
  const server = createServer({ noDelay: true }, (client) => {
    const target = wayIn({ ...config, turn: { ...config.turn, socket: null } }, networkInterfaces());
    if (target === null) return void client.destroy();
    const relay = connect({ ...target, noDelay: true });
    for (const [one, other] of [
      [client, relay],
      [relay, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  return server;
}
