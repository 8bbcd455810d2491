import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { nameServers } from './addresses.ts';

/** A name that somebody asked a name server for. */
export interface LookUp {
  readonly from: string;
  readonly name: string;
}

/** Hears what the zones' name servers are asked, and answers nobody: as if nothing came back. */
export class LookedUp {
  readonly all: LookUp[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => this.all.push(message as LookUp));
  }

  static async listen(): Promise<LookedUp> {
    const args = ['netns', 'exec', 'world', process.execPath, import.meta.filename];
    const child = spawn('ip', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(child, 'message', { signal: AbortSignal.timeout(20_000) });
    return new LookedUp(child);
  }

  stop(): void {
    this.#child.kill();
  }
}

/** The name in a question (RFC 1035, 4.1); null where there is none. */
function nameIn(message: Buffer): string | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]; length !== undefined && length !== 0; length = message[at]) {
    if (length > 63 || at + 1 + length > message.length) return null;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return labels.length === 0 ? null : labels.join('.');
}

// As a process of its own, in the world.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const listening = nameServers.map(async (address) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (message, { address: from }) => {
      const name = nameIn(message);
      if (name !== null) process.send?.({ from, name });
    });
    socket.bind({ address, port: 53 });
    await once(socket, 'listening');
  });
  await Promise.all(listening);
  process.send?.('listening');
}
