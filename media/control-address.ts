import { lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { isSocketPath, parseHostAndPort } from '../config/formats.ts';
import { StartFault } from './start-fault.ts';

/**
 * Makes the server listen where the configuration says.
 *
 * A Unix socket can be opened by its owner alone (mode 0600). A socket file that a dead process left is replaced,
 * that of a living one is not.
 *
 * @param control `HOST:PORT`, or the path of a Unix socket, whose folder is made if need be.
 * @throws {StartFault} when the address is in use or cannot be had.
 */
export async function listenForControl(server: FastifyInstance, control: string): Promise<void> {
  if (isSocketPath(control)) await listenOnSocket(server, control);
  else await listen(server, control, parseHostAndPort(control) ?? {});
}

async function listenOnSocket(server: FastifyInstance, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await removeStale(path);
  // The file appears with its final mode: nobody else can open it, not even for a moment.
  const umask = process.umask(0o177);
  try {
    await listen(server, path, { path });
  } finally {
    process.umask(umask);
  }
}

async function listen(
  server: FastifyInstance,
  control: string,
  where: { path?: string; host?: string; port?: number },
): Promise<void> {
  try {
    await server.listen(where);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartFault(`media.control: cannot listen on ${control}: ${why}`, { cause });
  }
}

async function removeStale(path: string): Promise<void> {
  const file = await lstat(path).catch(() => undefined);
  if (!file) return;
  if (!file.isSocket()) {
    throw new StartFault(`media.control: ${path} is there already and is no socket. Remove it.`);
  }
  if (await isAnswered(path)) {
    throw new StartFault(`media.control: another process listens on ${path}. Is media running already?`);
  }
  await unlink(path);
}

/** Whether some process listens on a Unix socket: the socket file of a dead one refuses connections. */
async function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(path);
  probe.once('connect', () => resolve(true));
  // Anything but a refusal, such as a full queue, comes from somebody who listens.
  probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  const answered = await promise;
  probe.destroy();
  return answered;
}
