import { PathFault } from './path-fault.ts';
import type { Pipe } from './pipe.ts';
import { decodeStun, encodeStun, type StunDraft, type StunMessage } from './stun.ts';

/** The first wait before a request is sent again, in milliseconds; doubled each time (RFC 8489, section 6.2.1). */
const FIRST_WAIT_MS = 250;

/** STUN questions and answers over a pipe, beside whatever else it carries. */
export class Dialogue {
  /** Told of every packet that is no STUN message. */
  onOther: (packet: Buffer) => void = () => {};
  /** Told of every STUN message that answers no question of ours. */
  onMessage: (message: StunMessage) => void = () => {};
  readonly #pipe: Pipe;
  readonly #questions = new Map<string, (message: StunMessage) => void>();
  readonly #ended: Promise<never>;

  constructor(pipe: Pipe) {
    this.#pipe = pipe;
    this.#ended = pipe.ended.then((fault) => {
      throw fault;
    });
    this.#ended.catch(() => {});
    pipe.onPacket = (packet) => this.#take(packet);
  }

  /**
   * Asks, again and again where packets may be lost, and answers the answer: a success or an error.
   *
   * @throws PathFault `silent` when none comes before the signal, others when the pipe breaks.
   */
  async ask(draft: Omit<StunDraft, 'kind'>, signal: AbortSignal): Promise<StunMessage> {
    const { bytes, transaction } = encodeStun({ ...draft, kind: 'request' });
    const answer = Promise.withResolvers<StunMessage>();
    const late = () => answer.reject(new PathFault('silent'));
    this.#questions.set(transaction, answer.resolve);
    let waitMs = FIRST_WAIT_MS;
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      this.#pipe.send(bytes);
      if (this.#pipe.isReliable) return;
      timer = setTimeout(send, waitMs);
      waitMs *= 2;
    };
    if (signal.aborted) late();
    else send();
    signal.addEventListener('abort', late, { once: true });
    try {
      return await Promise.race([answer.promise, this.#ended]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', late);
      this.#questions.delete(transaction);
    }
  }

  tell(draft: Omit<StunDraft, 'kind'>): void {
    this.#pipe.send(encodeStun({ ...draft, kind: 'indication' }).bytes);
  }

  sendOther(packet: Buffer): void {
    this.#pipe.send(packet);
  }

  close(): void {
    this.#pipe.close();
  }

  #take(packet: Buffer): void {
    const message = decodeStun(packet);
    if (message === null) return this.onOther(packet);
    const question = this.#questions.get(message.transaction);
    if (question && (message.kind === 'success' || message.kind === 'error')) return question(message);
    this.onMessage(message);
  }
}
