import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

export interface UdpEndpoint {
  readonly address: string;
  readonly port: number;
}

/** How one direction treats what comes through it. */
export interface Weather {
  /** Share of datagrams that get lost, 0 to 1. */
  readonly lossRatio: number;
  /** How long each datagram takes, in milliseconds. It keeps the delay of the moment when it came in. */
  readonly delayMs: number;
  /** Nothing comes through until it is false again. What was on its way is lost. */
  readonly isCut: boolean;
}

/** One direction of a {@link UdpRelay}. At first nothing is lost, delayed or cut. */
export class Path {
  /** Datagrams that came in, those that went out, and those that never will. The rest are on their way. */
  readonly counts = { received: 0, forwarded: 0, lost: 0 };
  readonly #random: () => number;
  readonly #onTheirWay = new Set<NodeJS.Timeout>();
  #weather: Weather = { lossRatio: 0, delayMs: 0, isCut: false };

  /** @param seed decides which datagrams get lost. */
  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Changes what is given, and nothing else, from now on. */
  set(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather };
    if (!this.#weather.isCut) return;
    this.counts.lost += this.#onTheirWay.size;
    for (const timer of this.#onTheirWay) clearTimeout(timer);
    this.#onTheirWay.clear();
  }

  /** Takes a datagram in and calls `forward` when it comes out, if ever. */
  carry(forward: () => void): void {
    const { lossRatio, delayMs, isCut } = this.#weather;
    this.counts.received += 1;
    // Drawn for every datagram, so that the fate of the tenth does not depend on the weather of the ninth.
    const isUnlucky = this.#random() < lossRatio;
    if (isUnlucky || isCut) {
      this.counts.lost += 1;
      return;
    }
    const deliver = () => {
      this.counts.forwarded += 1;
      forward();
    };
    if (delayMs <= 0) return deliver();
    const timer = setTimeout(() => {
      this.#onTheirWay.delete(timer);
      deliver();
    }, delayMs);
    this.#onTheirWay.add(timer);
  }
}

/**
 * A bad network for tests: a UDP port that hands everything on to one target, and the target's answers back, through
 * two paths that lose, delay or hold back what they are told to. The target sees each client at a port of its own.
 * Which datagrams of a path get lost depends on its seed and their order alone.
 */
export class UdpRelay {
  /** From clients to the target. */
  readonly toTarget: Path;
  /** From the target to clients. */
  readonly toClients: Path;
  readonly #target: UdpEndpoint;
  readonly #front: Socket;
  /** By the client's address and port: the socket that the target sees. */
  readonly #backs = new Map<string, Socket>();

  private constructor(target: UdpEndpoint, front: Socket, seed: number) {
    this.#target = target;
    this.#front = front;
    this.toTarget = new Path(seed);
    this.toClients = new Path(seed + 1);
    front.on('message', (data, client) => this.#fromClient(data, client));
  }

  /**
   * @param options.listen where clients come in; a free port of 127.0.0.1 unless given.
   * @param options.seed any integer; 1 unless given.
   */
  static async open(
    target: UdpEndpoint,
    options: { readonly listen?: UdpEndpoint; readonly seed?: number } = {},
  ): Promise<UdpRelay> {
    const { address, port } = options.listen ?? { address: '127.0.0.1', port: 0 };
    const front = createSocket(familyOf(address));
    front.bind(port, address);
    await once(front, 'listening');
    return new UdpRelay(target, front, options.seed ?? 1);
  }

  /** Where clients come in. */
  get endpoint(): UdpEndpoint {
    const { address, port } = this.#front.address();
    return { address, port };
  }

  /** How many clients it has heard from. */
  get clientCount(): number {
    return this.#backs.size;
  }

  /** Whatever is on its way is lost. */
  close(): void {
    this.toTarget.set({ isCut: true });
    this.toClients.set({ isCut: true });
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }

  #fromClient(data: Buffer, client: RemoteInfo): void {
    const key = `${client.address} ${client.port}`;
    const back = this.#backs.get(key) ?? this.#openBack(client);
    this.#backs.set(key, back);
    this.toTarget.carry(() => back.send(data, this.#target.port, this.#target.address));
  }

  #openBack(client: RemoteInfo): Socket {
    const back = createSocket(familyOf(this.#target.address));
    back.on('message', (data, { address, port }) => {
      if (address !== this.#target.address || port !== this.#target.port) return;
      this.toClients.carry(() => this.#front.send(data, client.port, client.address));
    });
    return back;
  }
}

function familyOf(address: string): 'udp4' | 'udp6' {
  return isIPv6(address) ? 'udp6' : 'udp4';
}

/** Evenly from 0 to 1, the same for the same seed: mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
