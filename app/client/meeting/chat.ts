import { createNanoEvents } from 'nanoevents';
import { type ChatMessage, type Joined, MAX_CHAT_LENGTH } from '../../meetings/messages.ts';
import type { Signalling } from './signalling.ts';

interface ChatEvents {
  /** A new message, one's own included. Not emitted for those of before, which come with `join`. */
  said: (message: ChatMessage) => void;
  /** Messages, or the number of unread ones, changed. */
  changed: () => void;
}

/**
 * The chat of one meeting, in this page's memory: it is gone with the page, as it is gone from the server with the
 * meeting. Text only; whoever shows it decides what is a link.
 */
export class Chat {
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<ChatEvents>();
  /** By id, in the order of time. */
  #messages = new Map<string, ChatMessage>();
  #ownId = '';
  #unread = 0;
  #isOpen = false;

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
    signalling.on('said', ({ message }) => this.#said(message));
  }

  on<Name extends keyof ChatEvents>(name: Name, listener: ChatEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** The oldest first. */
  get messages(): readonly ChatMessage[] {
    return [...this.#messages.values()];
  }

  /** Others' messages that came while the chat was not open. */
  get unread(): number {
    return this.#unread;
  }

  isOwn({ participantId }: ChatMessage): boolean {
    return participantId === this.#ownId;
  }

  /** Whether the person looks at it: nothing is unread then. */
  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
    if (!isOpen || this.#unread === 0) return;
    this.#unread = 0;
    this.#events.emit('changed');
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * The meeting says what the server answered to `join`. A server that was restarted has forgotten the chat; what this
   * page has stays.
   */
  joined({ you, chat }: Joined): void {
    this.#ownId = you.participant.id;
    const missed = chat.filter(({ id }) => !this.#messages.has(id));
    const isFirst = this.#messages.size === 0;
    for (const message of missed) this.#messages.set(message.id, message);
    if (missed.length === 0) return;
    this.#messages = new Map([...this.#messages].sort(([, one], [, other]) => one.sentAt - other.sentAt));
    if (!(this.#isOpen || isFirst)) this.#unread += missed.filter((message) => !this.isOwn(message)).length;
    this.#events.emit('changed');
  }

  /**
   * Says something; resolves when the server has passed it on. Blanks around it are cut off; nothing but blanks is
   * not sent.
   *
   * @throws SignallingError `forbidden_by_host`, `too_many_requests`, `invalid_input` (longer than
   * {@link MAX_CHAT_LENGTH}), `disconnected`: the text should stay in the field.
   */
  async say(text: string): Promise<void> {
    const trimmed = text.replaceAll('\r\n', '\n').trim();
    if (trimmed !== '') await this.#signalling.request('say', { text: trimmed });
  }

  #said(message: ChatMessage): void {
    if (this.#messages.has(message.id)) return;
    this.#messages.set(message.id, message);
    if (!(this.#isOpen || this.isOwn(message))) this.#unread += 1;
    this.#events.emit('said', message);
    this.#events.emit('changed');
  }
}

export { MAX_CHAT_LENGTH };
