import { newId } from '../kernel/ids.ts';
import { type ChatMessage, MAX_CHAT_MESSAGES } from './messages.ts';
import type { Participant } from './participant.ts';

/** What is said in writing. It is kept in memory, for those who come back, and is gone with the meeting. */
export class Chat {
  #messages: ChatMessage[] = [];

  /** @param now must not run backwards within a meeting for the order to hold. */
  say({ id, name }: Participant, text: string, now: number): ChatMessage {
    const sentAt = Math.max(now, this.#messages.at(-1)?.sentAt ?? 0);
    const message = { id: newId(), participantId: id, name, text: text.normalize('NFC'), sentAt };
    this.#messages.push(message);
    if (this.#messages.length > MAX_CHAT_MESSAGES) this.#messages.shift();
    return message;
  }

  /** What was said since somebody came. What was said before was not said to them. */
  since({ joinedAt }: Participant): ChatMessage[] {
    return this.#messages.filter(({ sentAt }) => sentAt >= joinedAt);
  }

  clear(): void {
    this.#messages = [];
  }
}
