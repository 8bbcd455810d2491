import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { isSocketPath } from '../../config/formats.ts';
import { listenInfos } from '../../media/addresses.ts';

/** A port that one of the processes is going to open. */
export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  /** The setting it comes from, dotted. */
  readonly setting: string;
}

/** How long a port may take to come free, in milliseconds: processes of a start that was killed end by themselves. */
const PATIENCE_MS = 3_000;

/**
 * The ports of the appliance that other programs may hold: all but those that the relay hands out.
 *
 * @throws {StartFault} when an announced address can be had by no means.
 */
export function portsOf(config: Config, withRelay: boolean): Port[] {
  const { https, media, turn, network } = config;
  const addresses = new Set(listenInfos(network.announced_addresses, media.port).map(({ ip }) => ip));
  const both = (port: number, setting: string): Port[] =>
    [...addresses].flatMap((address) =>
      (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, address, port, setting })),
    );
  return [
    { protocol: 'TCP', address: https.address, port: https.port, setting: 'https.port' },
    ...Array.from({ length: media.workers }, (_, index) => both(media.port + index, 'media.port')).flat(),
    ...(withRelay
      ? [
          ...both(turn.port, 'turn.port'),
          ...both(turn.tls_port, 'turn.tls_port').filter(({ protocol }) => protocol === 'TCP'),
        ]
      : []),
  ];
}

/** What keeps the appliance from opening its ports, as sentences, no two the same; empty when nothing does. */
export async function findPortFaults(ports: readonly Port[]): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const faults = await Promise.all(ports.map(describeFault));
    const sentences = [...new Set(faults.filter((fault) => fault !== null))];
    if (sentences.length === 0 || Date.now() > deadline) return sentences;
    await sleep(250);
  }
}

/** Whether a process already answers for the SFU of this data folder. */
export async function isRunning(config: Config): Promise<boolean> {
  const { control } = config.media;
  return isSocketPath(control) && isListening(control);
}

/** Whether a process answers at a Unix socket. */
export async function isListening(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  const answered = await promise;
  socket.destroy();
  return answered;
}

async function describeFault(port: Port): Promise<string | null> {
  const code = port.protocol === 'TCP' ? await tryTcp(port) : await tryUdp(port);
  const name = `${port.protocol} port ${port.port} (${port.setting})`;
  if (code === 'EADDRINUSE') return `${name} is in use by another program.`;
  if (code === 'EACCES') return `${name} may not be opened by this user: ports below 1024 need root.`;
  // Whatever else there is, the process that opens it knows better.
  return null;
}

type Code = string | undefined;

async function tryTcp({ address, port }: Port): Promise<Code> {
  const { promise, resolve } = Promise.withResolvers<Code>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  server.listen({ host: address, port }, () => server.close(() => resolve(undefined)));
  return promise;
}

async function tryUdp({ address, port }: Port): Promise<Code> {
  const { promise, resolve } = Promise.withResolvers<Code>();
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.once('error', (error: NodeJS.ErrnoException) => {
    socket.close();
    resolve(error.code);
  });
  socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  return promise;
}
