import { ring } from '../meeting/chime.ts';
import type { Meeting } from '../meeting/meeting.ts';
import { faultSentence } from './fault-sentence.ts';
import { t } from './texts.ts';
import type { WaitingList } from './waiting-list.ts';

/** How often the waiting times are looked at, in milliseconds: they are told in minutes. */
const LOOK_MS = 10_000;

/** Who waits to be let in, for hosts: seen, heard once for each, and answered. */
export class LobbyDesk {
  readonly #list: WaitingList;
  readonly #say: (sentence: string) => void;
  #stops: readonly (() => void)[] = [];

  /** Whether a sound is heard when somebody comes. */
  hasSound = true;

  /** Called with how many wait, when that may have changed. */
  onChange: (waiting: number) => void = () => {};

  constructor(list: WaitingList, say: (sentence: string) => void) {
    this.#list = list;
    this.#say = say;
    list.connect();
  }

  open(meeting: Meeting): void {
    const show = () => this.#show(meeting);
    this.#list.onAnswer = (ids, answer) =>
      void meeting.answerKnock(ids, answer).catch((fault: Error) => this.#say(faultSentence(fault)));
    const timer = setInterval(show, LOOK_MS);
    this.#stops = [
      () => clearInterval(timer),
      meeting.doorbell.on('changed', show),
      meeting.doorbell.on('rang', (people) => {
        for (const { name } of people) this.#say(t('waiting.came', { name }));
        if (this.hasSound) ring();
      }),
    ];
    show();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#list.show([], () => 0);
  }

  #show({ doorbell }: Meeting): void {
    this.#list.show(doorbell.waiting, (id) => doorbell.waitedMs(id));
    this.onChange(doorbell.waiting.length);
  }
}
