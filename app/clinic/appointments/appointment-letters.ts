import type { Transaction } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { PatientAppointment } from './appointment.ts';
import { type AppointmentHead, answerLetter, type Occasion, patientLetter } from './appointment-words.ts';
import type { SecretLinks } from './secret-links.ts';
import { answerReaders } from './staff-store.ts';

export interface AppointmentLettersOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly links: SecretLinks;
}

/** Letters about appointments, written in the transaction of what they tell of. */
export class AppointmentLetters {
  readonly links: SecretLinks;
  readonly #outbox: Outbox;
  readonly #clock: Clock;

  constructor({ outbox, clock, links }: AppointmentLettersOptions) {
    this.links = links;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** Answers the letter's id; null for a patient without an address. */
  async post(
    transaction: Transaction,
    appointment: PatientAppointment,
    head: AppointmentHead,
    occasion: Occasion,
  ): Promise<string | null> {
    const { email } = appointment;
    if (email === null) return null;
    const token = this.links.tokenOf(appointment);
    const letter = patientLetter({ ...appointment, email }, token, head, { occasion, now: this.#clock() });
    return this.#outbox.post(transaction, letter);
  }

  /**
   * Posts what follows upon an earlier letter. Where that is the first and still in the outbox it is taken back, and
   * what is told is told as if for the first time, or not at all. Answers the id of the last letter.
   */
  async supersede(
    transaction: Transaction,
    before: PatientAppointment,
    after: PatientAppointment,
    head: AppointmentHead,
    occasion: 'changed' | 'cancelled',
  ): Promise<string | null> {
    const wasFirst = before.sequence === 0 && before.reminded === 'none' && before.letterId !== null;
    const isSameReader = before.email === after.email;
    const unread = wasFirst && (await this.#outbox.withdraw(transaction, before.letterId ?? ''));
    if (unread && occasion === 'cancelled') return before.letterId;
    return this.post(transaction, after, head, unread || !isSameReader ? 'made' : occasion);
  }

  /** Tells whoever made it and whoever is to see the patient what these answered. */
  async tellStaff(
    transaction: Transaction,
    appointment: PatientAppointment,
    head: AppointmentHead,
  ): Promise<void> {
    const readers = await answerReaders(transaction, appointment);
    await this.#outbox.postAll(
      transaction,
      readers.map((reader) => answerLetter(appointment, reader, head)),
    );
  }
}
