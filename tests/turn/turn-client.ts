import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { TurnCredentials } from '../../turn/credentials.ts';
import {
  type Attributes,
  decode,
  type Endpoint,
  encode,
  errorCode,
  type LongTermKey,
  type Message,
  type Method,
  readXorAddress,
  uint32,
} from './stun.ts';

export type Way = 'udp' | 'tcp' | 'tls';

interface Wire {
  send(bytes: Buffer): void;
  close(): void;
}

/** What the relay brought from a peer: by Data indication, or by ChannelData with the channel's number. */
export interface Relayed {
  readonly from: Endpoint | number;
  readonly data: Buffer;
}

const DEADLINE_MS = 5_000;
const UDP = Buffer.from([17, 0, 0, 0]);
const TCP = Buffer.from([6, 0, 0, 0]);
const IPV6 = Buffer.from([2, 0, 0, 0]);

/**
 * A TURN client (RFC 8656) that does as it is told and keeps every answer. It asks for a nonce once and uses it from
 * then on.
 */
export class TurnClient {
  /** Everything that came from the server, in order. */
  readonly messages: Message[] = [];
  readonly #answers = new Map<string, (message: Message) => void>();
  readonly #relayed: Relayed[] = [];
  #waiting: (() => void) | null = null;
  #wire: Wire | null = null;
  #key: LongTermKey | null = null;
  #nonce: Buffer | null = null;

  /** @param ca PEM of the authority that signed the server, for `tls`. */
  static async open(way: Way, server: Endpoint, ca?: string): Promise<TurnClient> {
    const client = new TurnClient();
    client.#wire = way === 'udp' ? openUdp(server, client) : await openStream(way, server, client, ca);
    return client;
  }

  close(): void {
    this.#wire?.close();
  }

  /** Takes in one STUN message or one ChannelData. */
  receive(bytes: Buffer): void {
    if (isChannelData(bytes)) {
      const length = bytes.readUInt16BE(2);
      this.#take({ from: bytes.readUInt16BE(0), data: bytes.subarray(4, 4 + length) });
      return;
    }
    const message = decode(bytes);
    this.messages.push(message);
    const { xorPeerAddress, data } = message.values;
    if (message.method === 'data' && xorPeerAddress && data) {
      this.#take({ from: readXorAddress(xorPeerAddress, message.transaction), data });
    }
    this.#answers.get(message.transaction)?.(message);
  }

  /** Sends a request as it is given, signed once {@link authenticate} was called, and waits for its answer. */
  async request(method: Method, attributes: Attributes = []): Promise<Message> {
    const list: Attributes = [...attributes];
    if (this.#key && this.#nonce) {
      list.push(['username', Buffer.from(this.#key.username)]);
      list.push(['realm', Buffer.from(this.#key.realm)]);
      list.push(['nonce', this.#nonce]);
    }
    const { bytes, transaction } = encode(method, 'request', list, this.#key ?? undefined);
    return new Promise((resolve, reject) => {
      const send = () => this.#wire?.send(bytes);
      const again = setInterval(send, 500);
      const end = setTimeout(() => {
        clearInterval(again);
        reject(new Error(`no answer to ${method}`));
      }, DEADLINE_MS);
      this.#answers.set(transaction, (message) => {
        this.#answers.delete(transaction);
        clearInterval(again);
        clearTimeout(end);
        resolve(message);
      });
      send();
    });
  }

  /** Asks for a nonce with an unsigned Allocate; signs all that follows. The realm is the server's unless given. */
  async authenticate(credentials: TurnCredentials, realm?: string): Promise<Message> {
    const challenge = await this.request('allocate', [['requestedTransport', UDP]]);
    const { nonce } = challenge.values;
    if (!nonce) throw new Error('the server asked for no credential');
    this.#nonce = nonce;
    this.become(credentials, realm ?? challenge.values.realm?.toString() ?? '');
    return challenge;
  }

  /** Signs what follows as somebody else, with the nonce that there is. */
  become({ username, credential }: TurnCredentials, realm: string): void {
    this.#key = { username, password: credential, realm };
  }

  async allocate(options: { ipv6?: boolean; transport?: 'udp' | 'tcp' } = {}): Promise<Message> {
    const list: Attributes = [['requestedTransport', options.transport === 'tcp' ? TCP : UDP]];
    if (options.ipv6) list.push(['requestedAddressFamily', IPV6]);
    return this.request('allocate', list);
  }

  async refresh(lifetimeSeconds: number): Promise<Message> {
    return this.request('refresh', [['lifetime', uint32(lifetimeSeconds)]]);
  }

  async permit(...peers: Endpoint[]): Promise<Message> {
    return this.request(
      'createPermission',
      peers.map((peer) => ['xorPeerAddress', peer]),
    );
  }

  async bindChannel(channel: number, peer: Endpoint): Promise<Message> {
    return this.request('channelBind', [
      ['channelNumber', uint32(channel * 0x10000)],
      ['xorPeerAddress', peer],
    ]);
  }

  /** A Send indication. Nothing answers it, not even when it is refused. */
  send(peer: Endpoint, data: Buffer): void {
    const list: Attributes = [
      ['xorPeerAddress', peer],
      ['data', data],
    ];
    this.#wire?.send(encode('send', 'indication', list).bytes);
  }

  sendChannel(channel: number, data: Buffer): void {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(channel, 0);
    head.writeUInt16BE(data.length, 2);
    this.#wire?.send(Buffer.concat([head, data, Buffer.alloc(-data.length & 3)]));
  }

  /** Whatever it is. */
  sendRaw(bytes: Buffer): void {
    this.#wire?.send(bytes);
  }

  /** The next thing a peer sent; `again` is repeated until then, for UDP loses. Null when nothing comes in time. */
  async relayed(again: () => void): Promise<Relayed | null> {
    const timer = setInterval(again, 200);
    const end = Date.now() + DEADLINE_MS;
    again();
    try {
      while (this.#relayed.length === 0 && Date.now() < end) {
        await new Promise<void>((resolve) => {
          const wake = setTimeout(resolve, end - Date.now());
          this.#waiting = () => {
            clearTimeout(wake);
            resolve();
          };
        });
      }
    } finally {
      clearInterval(timer);
      this.#waiting = null;
    }
    const first = this.#relayed[0] ?? null;
    this.#relayed.length = 0;
    return first;
  }

  #take(relayed: Relayed): void {
    this.#relayed.push(relayed);
    this.#waiting?.();
  }
}

/** What went wrong, or `ok`. */
export function outcome(message: Message): number | 'ok' {
  return message.kind === 'success' ? 'ok' : errorCode(message);
}

function isChannelData(bytes: Buffer): boolean {
  return (bytes.readUInt8(0) & 0xc0) === 0x40;
}

function openUdp(server: Endpoint, client: TurnClient): Wire {
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  socket.on('message', (bytes) => client.receive(bytes));
  return {
    send: (bytes) => socket.send(bytes, server.port, server.address),
    close: () => socket.close(),
  };
}

async function openStream(
  way: 'tcp' | 'tls',
  server: Endpoint,
  client: TurnClient,
  ca?: string,
): Promise<Wire> {
  const target = { host: server.address, port: server.port };
  const socket: Socket | TLSSocket =
    way === 'tcp' ? connectTcp(target) : connectTls({ ...target, ...(ca ? { ca } : {}) });
  await once(socket, way === 'tcp' ? 'connect' : 'secureConnect');
  // The server may end the connection at any time; an unanswered request then says so.
  socket.on('error', () => {});
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 4) return;
      const length = rest.readUInt16BE(2);
      const whole = isChannelData(rest) ? 4 + length + (-length & 3) : 20 + length;
      if (rest.length < whole) return;
      client.receive(rest.subarray(0, whole));
      rest = rest.subarray(whole);
    }
  });
  return { send: (bytes) => socket.write(bytes), close: () => socket.destroy() };
}
