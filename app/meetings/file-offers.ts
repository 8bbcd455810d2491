import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { MAX_FILES_OFFERED, type OfferedFile } from './messages.ts';
import type { Participant } from './participant.ts';

/** What files people offer in a meeting: names and sizes. The files stay in their browsers. */
export class FileOffers {
  readonly #offers = new Map<string, OfferedFile>();

  /** In the order in which they were offered. */
  get all(): OfferedFile[] {
    return [...this.#offers.values()];
  }

  find(id: string): OfferedFile | undefined {
    return this.#offers.get(id);
  }

  /** @throws AppError `too_many_files` */
  add({ id: participantId }: Participant, name: string, bytes: number): OfferedFile {
    const own = this.all.filter((offer) => offer.participantId === participantId);
    if (own.length >= MAX_FILES_OFFERED) throw new AppError('too_many_files');
    const offer = { id: newId(), participantId, name: name.trim().normalize('NFC'), bytes };
    this.#offers.set(offer.id, offer);
    return offer;
  }

  remove(id: string): boolean {
    return this.#offers.delete(id);
  }

  /** Takes back all that somebody offers who leaves; answers what that was. */
  removeOf({ id }: Participant): OfferedFile[] {
    const own = this.all.filter(({ participantId }) => participantId === id);
    for (const offer of own) this.#offers.delete(offer.id);
    return own;
  }

  clear(): void {
    this.#offers.clear();
  }
}
