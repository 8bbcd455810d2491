import type { Config } from '../config/config.ts';

/**
 * Says what a line of coturn's stderr means for the owner, or null when it means nothing to act on. Coturn tries to
 * open a port once a second for a minute before it ends, and repeats itself meanwhile: say a sentence once.
 *
 * Coturn also prints `socket: Protocol not supported` where the kernel has no SCTP, which nobody needs.
 */
export function turnFault(line: string, config: Pick<Config, 'turn'>): string | null {
  if (!line.startsWith('Cannot bind local socket to addr: ')) return null;
  const { port, tls_port } = config.turn;
  const ports = `UDP or TCP port ${port} (turn.port) or ${tls_port} (turn.tls_port)`;
  if (line.includes('Address already in use')) {
    return `The relay cannot start: another program uses ${ports}. End it or set other ports.`;
  }
  if (line.includes('Permission denied')) {
    return `The relay cannot start: it may not open ${ports}. Ports below 1024 need root; set higher ones.`;
  }
  if (line.includes('Cannot assign requested address')) {
    return 'The relay cannot start: this machine lost an address it had. Start again, or see network.announced_addresses.';
  }
  return `The relay cannot start: it cannot open ${ports}.`;
}
