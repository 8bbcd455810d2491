import { isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.ts';
import { StartFault } from '../kernel/start-fault.ts';
import { ownHosts } from './own-hosts.ts';

/**
 * Opens the HTTPS port and answers the addresses that people can open, the first site's first.
 *
 * @throws {StartFault} when the port cannot be had.
 */
export async function listen(app: FastifyInstance, config: Config): Promise<string[]> {
  const { port, address } = config.https;
  try {
    await app.listen({ port, host: address, listenTextResolver: () => `Listening on port ${port}` });
  } catch (thrown) {
    if (thrown instanceof StartFault) throw thrown;
    throw new StartFault(reason(thrown, config), { cause: thrown });
  }
  const suffix = port === 443 ? '' : `:${port}`;
  return [...new Set(ownHosts(config))].map(
    (host) => `https://${isIPv6(host) ? `[${host}]` : host}${suffix}/`,
  );
}

function reason(thrown: unknown, { https: { port, address }, file }: Config): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program. Stop that program, or set another https.port in ${file}.`;
    case 'EACCES':
      return `This user may not open port ${port}. Set an https.port of 1024 or more in ${file}.`;
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${address}. Set another https.address in ${file}.`;
    default:
      return `Port ${port} cannot be opened: ${message}.`;
  }
}
