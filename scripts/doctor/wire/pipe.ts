import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { PathFault, toPathFault } from './path-fault.ts';
import type { Endpoint } from './stun.ts';

/** Carries packets to one place and back. */
export interface Pipe {
  /** Whether what is sent arrives, so that it need not be sent again. */
  readonly isReliable: boolean;
  /** Told of every packet that comes back. */
  onPacket: (packet: Buffer) => void;
  /** What ends it from outside, once that happens. */
  readonly ended: Promise<PathFault>;
  send(packet: Buffer): void;
  close(): void;
}

/** How packets stand in a stream: each behind its length (RFC 4571), or by the lengths that STUN has itself. */
export type Framing = 'length first' | 'stun';

export function openUdp({ address, port }: Endpoint): Pipe {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const ended = Promise.withResolvers<PathFault>();
  const waiting: Buffer[] = [];
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  const pipe: Pipe = {
    isReliable: false,
    onPacket: () => {},
    ended: ended.promise,
    send: (packet) => {
      if (state === 'open') socket.send(packet, () => {});
      else if (state === 'connecting') waiting.push(packet);
    },
    close: () => {
      if (state !== 'closed') socket.close();
      state = 'closed';
    },
  };
  socket.on('message', (packet) => pipe.onPacket(packet));
  // To a connected socket the kernel tells what came back for its packets: nobody listens, no way there.
  socket.on('error', (error) => ended.resolve(toPathFault(error)));
  socket.connect(port, address, (error?: Error) => {
    if (error) ended.resolve(toPathFault(error));
    if (error || state === 'closed') return;
    state = 'open';
    for (const packet of waiting.splice(0)) pipe.send(packet);
  });
  return pipe;
}

/** @throws PathFault when no connection comes about before the signal. */
export async function openTcp(target: Endpoint, framing: Framing, signal: AbortSignal): Promise<Pipe> {
  return pipeOver(await connectStream(target, signal), framing);
}

/**
 * A connection on which TLS is agreed on. The certificate is not checked here.
 *
 * @param host the name that the server is asked for; an address asks for none (RFC 6066, section 3).
 * @throws PathFault when it does not come about before the signal.
 */
export async function connectSecurely(
  target: Endpoint,
  host: string,
  signal: AbortSignal,
  ca?: readonly string[],
): Promise<TLSSocket> {
  const plain = await connectStream(target, signal);
  const socket = connectTls({
    socket: plain,
    rejectUnauthorized: false,
    ...(ca && { ca: [...ca] }),
    ...(isIP(host) === 0 && { servername: host }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    plain.destroy();
    const fault = toPathFault(error);
    // A connection that breaks off within the handshake: whoever is there does not speak TLS with us.
    throw fault.reason === 'closed' ? new PathFault('tls', error) : fault;
  }
}

/** @throws PathFault when no connection comes about before the signal. */
async function connectStream({ address, port }: Endpoint, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: address, port, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw toPathFault(error);
  }
}

/** Packets over a connection that is open. */
export function pipeOver(socket: Socket | TLSSocket, framing: Framing): Pipe {
  const ended = Promise.withResolvers<PathFault>();
  const pipe: Pipe = {
    isReliable: true,
    onPacket: () => {},
    ended: ended.promise,
    send: (packet) => {
      if (!socket.writable) return;
      socket.write(framing === 'stun' ? packet : Buffer.concat([uint16(packet.length), packet]));
    },
    close: () => socket.destroy(),
  };
  socket.on('error', (error) => ended.resolve(toPathFault(error)));
  socket.on('close', () => ended.resolve(new PathFault('closed')));
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const found = framing === 'stun' ? stunFrame(rest) : lengthFrame(rest);
      if (!found) return;
      rest = rest.subarray(found.bytes);
      pipe.onPacket(found.packet);
    }
  });
  return pipe;
}

type Frame = { readonly packet: Buffer; readonly bytes: number } | null;

function lengthFrame(rest: Buffer): Frame {
  const bytes = rest.length < 2 ? Number.POSITIVE_INFINITY : 2 + rest.readUInt16BE(0);
  return rest.length < bytes ? null : { packet: rest.subarray(2, bytes), bytes };
}

/** Channels are not used here, so that everything is a STUN message. */
function stunFrame(rest: Buffer): Frame {
  const bytes = rest.length < 4 ? Number.POSITIVE_INFINITY : 20 + rest.readUInt16BE(2);
  return rest.length < bytes ? null : { packet: rest.subarray(0, bytes), bytes };
}

function uint16(number: number): Buffer {
  const value = Buffer.alloc(2);
  value.writeUInt16BE(number);
  return value;
}
