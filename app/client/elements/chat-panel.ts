import type { ChatMessage, OfferedFile } from '../../meetings/messages.ts';
import type { Chat } from '../meeting/chat.ts';
import { pieces } from '../meeting/linkify.ts';
import type { Meeting } from '../meeting/meeting.ts';
import { faultSentence } from './fault-sentence.ts';
import { fromTemplate, part } from './parts.ts';
import { fileSize, t, timeOfDay } from './texts.ts';

/** Who scrolled up further than this reads older messages and is left there, in CSS pixels. */
const AT_END = 60;

/** `<chat-panel>`: what is written during the meeting, and the files that are offered. */
export class ChatPanel extends HTMLElement {
  /** A keyboard that opens on a phone takes half of the log away: the newest line stays in sight. */
  readonly #sizes = new ResizeObserver(() => this.#isAtEnd && this.#toEnd());
  #isAtEnd = true;
  readonly #shown = new Set<string>();
  #meeting: Meeting | undefined;
  #stops: readonly (() => void)[] = [];

  connect(): void {
    const field = this.#field;
    const form = part(this, 'chat-form', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    field.addEventListener('keydown', (event) => {
      // Shift makes a new line, as everywhere.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#send();
    });
    const input = part(this, 'file-input', HTMLInputElement);
    part(this, 'add-file', HTMLButtonElement).onclick = () => input.click();
    input.onchange = () => {
      const [file] = input.files ?? [];
      input.value = '';
      if (file) this.#try(this.#meeting?.files.offer(file));
    };
  }

  open(meeting: Meeting): void {
    this.#meeting = meeting;
    this.#stops = [
      meeting.chat.on('changed', () => this.#showMessages(meeting.chat)),
      meeting.files.on('changed', () => this.#showFiles(meeting)),
      meeting.files.on('failed', ({ name }) => this.#fault(t('chat.fileFailed', { name }))),
      meeting.moderation.on('changed', () => this.#showRules(meeting)),
    ];
    this.#showMessages(meeting.chat);
    this.#showFiles(meeting);
    this.#showRules(meeting);
    const log = this.#log;
    log.onscroll = () => {
      this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < AT_END;
    };
    this.#sizes.observe(log);
  }

  close(): void {
    this.#sizes.disconnect();
    this.#isAtEnd = true;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#meeting = undefined;
    this.#shown.clear();
    this.#log.replaceChildren();
    part(this, 'files', HTMLElement).replaceChildren();
    this.#field.value = '';
    this.#fault('');
  }

  /** The person opened the panel to write. */
  begin(): void {
    this.#toEnd();
    if (matchMedia('(pointer: fine)').matches && !this.#field.disabled) this.#field.focus();
  }

  get #field(): HTMLTextAreaElement {
    return part(this, 'chat-text', HTMLTextAreaElement);
  }

  get #log(): HTMLElement {
    return part(this, 'log', HTMLElement);
  }

  #toEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#isAtEnd = true;
  }

  async #send(): Promise<void> {
    const text = this.#field.value;
    if (text.trim() === '' || !this.#meeting) return;
    this.#fault('');
    try {
      await this.#meeting.chat.say(text);
    } catch (fault) {
      // The text stays, to be sent again.
      this.#fault(faultSentence(fault));
      return;
    }
    // Typed on meanwhile: that stays.
    if (this.#field.value === text) this.#field.value = '';
  }

  /** Adds what is new. A log that is written anew would be read out anew. */
  #showMessages(chat: Chat): void {
    const log = this.#log;
    const isAtEnd = this.#isAtEnd;
    const { messages } = chat;
    for (const [index, message] of messages.entries()) {
      if (this.#shown.has(message.id)) continue;
      this.#shown.add(message.id);
      const before = messages[index - 1];
      log.insertBefore(chatLine(message, before, chat.isOwn(message)), log.children[index] ?? null);
    }
    if (isAtEnd) this.#toEnd();
  }

  #showFiles(meeting: Meeting): void {
    const list = part(this, 'files', HTMLElement);
    const { all } = meeting.files;
    list.replaceChildren(...all.map((file) => this.#fileRow(meeting, file)));
    list.hidden = all.length === 0;
  }

  #fileRow(meeting: Meeting, file: OfferedFile): HTMLElement {
    const row = fromTemplate('offered-file', HTMLElement);
    const isOwn = meeting.files.isOwn(file);
    const sender = meeting.participants.find(({ id }) => id === file.participantId);
    part(row, 'file-name', HTMLElement).textContent = file.name;
    part(row, 'file-note', HTMLElement).textContent = isOwn
      ? t('chat.fileOfYou', { size: fileSize(file.bytes) })
      : t('chat.fileOf', { name: sender?.name ?? '', size: fileSize(file.bytes) });
    const take = part(row, 'take', HTMLButtonElement);
    take.textContent = t('chat.takeFile');
    take.setAttribute('aria-label', t('chat.takeFileNamed', { name: file.name }));
    take.hidden = isOwn;
    take.onclick = () => this.#try(meeting.files.take(file.id).then((path) => download(path, file.name)));
    const withdraw = part(row, 'withdraw', HTMLButtonElement);
    withdraw.setAttribute('aria-label', t('chat.withdrawFile', { name: file.name }));
    withdraw.hidden = !isOwn && !(sender && meeting.moderation.mayTo('withdraw_files', sender));
    withdraw.onclick = () => this.#try(meeting.files.withdraw(file.id));
    return row;
  }

  #showRules({ moderation, files }: Meeting): void {
    const mayWrite = moderation.mayUse('chat');
    this.#field.disabled = !mayWrite;
    this.#field.placeholder = t(mayWrite ? 'chat.placeholder' : 'chat.forbidden');
    part(this, 'send', HTMLButtonElement).disabled = !mayWrite;
    part(this, 'add-file', HTMLElement).hidden = files.maxBytes === null || !moderation.mayUse('files');
  }

  #try(act: Promise<unknown> | undefined): void {
    this.#fault('');
    act?.catch((fault: Error) => this.#fault(faultSentence(fault)));
  }

  #fault(sentence: string): void {
    const line = part(this, 'chat-fault', HTMLElement);
    line.textContent = sentence;
    line.hidden = sentence === '';
  }
}

/** Lines of one person within this time stand under one name, in milliseconds. */
const TOGETHER_MS = 120_000;

function chatLine(message: ChatMessage, before: ChatMessage | undefined, isOwn: boolean): HTMLElement {
  const line = fromTemplate('chat-message', HTMLElement);
  line.classList.toggle('is-own', isOwn);
  const goesOn =
    before?.participantId === message.participantId && message.sentAt - before.sentAt < TOGETHER_MS;
  line.classList.toggle('goes-on', goesOn);
  part(line, 'from', HTMLElement).textContent = isOwn ? t('chat.you') : message.name;
  const time = part(line, 'time', HTMLTimeElement);
  time.dateTime = new Date(message.sentAt).toISOString();
  time.textContent = timeOfDay(message.sentAt);
  part(line, 'words', HTMLElement).append(
    ...pieces(message.text).map(({ text, href }) => (href === undefined ? text : link(text, href))),
  );
  return line;
}

function link(text: string, href: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.textContent = text;
  // Whoever is called there learns nothing of the meeting, and does not replace it.
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer nofollow';
  return anchor;
}

function download(path: string, name: string): void {
  const anchor = document.createElement('a');
  anchor.href = path;
  anchor.download = name;
  anchor.click();
}
