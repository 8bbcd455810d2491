import { until } from '../deadline.ts';
import type { TakenLetter, TestRelay } from './relay.ts';

/** The letters that a relay took, read by whoever they went to: each once, in their order. */
export class Mailbox {
  readonly #relay: TestRelay;
  readonly #read = new Set<TakenLetter>();

  constructor(relay: TestRelay) {
    this.#relay = relay;
  }

  /** The next letter to somebody that was not read yet. */
  async letter(
    address: string,
    isWanted: (letter: TakenLetter) => boolean = () => true,
  ): Promise<TakenLetter> {
    const letter = await until(`a letter to ${address}`, () =>
      this.#relay.taken.find((each) => each.to.includes(address) && !this.#read.has(each) && isWanted(each)),
    );
    if (letter === undefined) throw new Error('no letter');
    this.#read.add(letter);
    return letter;
  }

  /** The first link of such a path in the next letter that has one. */
  async link(address: string, path: string): Promise<string> {
    const linkOf = ({ parsed }: TakenLetter) =>
      (parsed.text ?? '').match(/https:\/\/\S+/g)?.find((each) => each.includes(path));
    return linkOf(await this.letter(address, (letter) => linkOf(letter) !== undefined)) ?? '';
  }
}
