import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { TurnCredentials } from '../../../turn/credentials.ts';
import { Dialogue } from './dialogue.ts';
import type { Pipe } from './pipe.ts';
import { type Endpoint, errorCode, type Method, readXorAddress, type StunDraft, uint32 } from './stun.ts';

/** The relay answered, and not as was hoped. */
export class RelayRefusal extends Error {
  override readonly name = 'RelayRefusal';
  /** As RFC 8656 has them: 401 and 438 for the credential, 403 for the peer, 486 and 508 for too many. */
  readonly code: number;

  constructor(code: number) {
    super(`the relay answered ${code}`);
    this.code = code;
  }
}

/** How long the relay may take to take itself back, in milliseconds. */
const FAREWELL_MS = 500;

const UDP = Buffer.from([17, 0, 0, 0]);
const IPV6 = Buffer.from([2, 0, 0, 0]);

type Values = StunDraft['values'];

/** A relay at a TURN server (RFC 8656), and the way through it to one peer. */
export class RelayedPipe implements Pipe {
  readonly isReliable = false;
  onPacket: (packet: Buffer) => void = () => {};
  readonly ended: Pipe['ended'];
  readonly #dialogue: Dialogue;
  readonly #peer: Endpoint;
  #isClosed = false;
  #signature: { readonly key: Buffer; readonly values: Values } | undefined;

  private constructor(pipe: Pipe, peer: Endpoint) {
    const dialogue = new Dialogue(pipe);
    this.ended = pipe.ended;
    this.#dialogue = dialogue;
    this.#peer = peer;
    dialogue.onMessage = ({ method, kind, values: { data, xorPeerAddress }, transaction }) => {
      if (method !== 'data' || kind !== 'indication' || !data || !xorPeerAddress) return;
      const from = readXorAddress(xorPeerAddress, transaction);
      if (from.address === peer.address && from.port === peer.port) this.onPacket(data);
    };
  }

  /**
   * Asks for a relay and for the right to reach the peer through it.
   *
   * @param pipe to the relay; closed with this one, also when this fails.
   * @throws RelayRefusal, PathFault.
   */
  static async open(
    pipe: Pipe,
    { credentials, peer }: { readonly credentials: TurnCredentials; readonly peer: Endpoint },
    signal: AbortSignal,
  ): Promise<RelayedPipe> {
    const relayed = new RelayedPipe(pipe, peer);
    try {
      await relayed.#allocate(credentials, signal);
      await relayed.#request('permit', [['xorPeerAddress', peer]], signal);
      return relayed;
    } catch (error) {
      relayed.close();
      throw error;
    }
  }

  send(packet: Buffer): void {
    this.#dialogue.tell({
      method: 'send',
      values: [
        ['xorPeerAddress', this.#peer],
        ['data', packet],
      ],
    });
  }

  /** Gives the relay back, so that its port is free for others at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#request('refresh', [['lifetime', uint32(0)]], AbortSignal.timeout(FAREWELL_MS))
      .catch(() => {})
      .finally(() => this.#dialogue.close());
  }

  async #allocate({ username, credential }: TurnCredentials, signal: AbortSignal): Promise<void> {
    const wish: Values = [
      ['requestedTransport', UDP],
      ...(isIPv6(this.#peer.address) ? ([['requestedAddressFamily', IPV6]] as const) : []),
    ];
    const challenge = await this.#dialogue.ask({ method: 'allocate', values: wish }, signal);
    const { realm, nonce } = challenge.values;
    if (challenge.kind !== 'error' || !realm || !nonce) throw new RelayRefusal(errorCode(challenge));
    this.#signature = {
      // RFC 8489, section 9.2.2.
      key: createHash('md5').update(`${username}:${realm.toString()}:${credential}`).digest(),
      values: [
        ['username', Buffer.from(username)],
        ['realm', realm],
        ['nonce', nonce],
      ],
    };
    await this.#request('allocate', wish, signal);
  }

  async #request(method: Method, values: Values, signal: AbortSignal): Promise<void> {
    const answer = await this.#dialogue.ask(
      { method, values: [...values, ...(this.#signature?.values ?? [])], key: this.#signature?.key },
      signal,
    );
    if (answer.kind !== 'success') throw new RelayRefusal(errorCode(answer));
  }
}
