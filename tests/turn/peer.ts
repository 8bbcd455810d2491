import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Endpoint } from './stun.ts';

/** A UDP service that sends everything back to where it came from, as the SFU would answer. */
export class Peer {
  /** What arrived, in order. */
  readonly received: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (data, { port, address }) => {
      this.received.push(data.toString());
      socket.send(data, port, address);
    });
  }

  /** @param port a free one unless given. */
  static async open(address: string, port = 0): Promise<Peer> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    return new Peer(socket);
  }

  get endpoint(): Endpoint {
    const { address, port } = this.#socket.address();
    return { address, port };
  }

  close(): void {
    this.#socket.close();
  }
}
