import { DateTime } from 'luxon';
import { AppointmentLetters } from '../../app/clinic/appointments/appointment-letters.ts';
import {
  type AppointmentWatchOptions,
  noteMissed,
  remindPatients,
} from '../../app/clinic/appointments/appointment-watch.ts';
import { appointments as category } from '../../app/clinic/appointments/data-categories.ts';
import { fulfilSeen } from '../../app/clinic/appointments/store.ts';
import type { AreaChoices, AreaRole } from '../../app/clinic/area.ts';
import type { Database } from '../../app/database/open.ts';
import type { CategoryStore, RetentionTerms } from '../../app/inventory/category-store.ts';
import { letters as letterCategory } from '../../app/mail/data-categories.ts';
import type { Attachment } from '../../app/mail/letter.ts';
import { type Answer, asBrowser, type RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Ward } from './ward.ts';

/** A letter in the outbox. */
export interface Posted {
  readonly kind: string;
  readonly sensitive: 0 | 1;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly Attachment[];
}

/** An instant as a form has it, by the clocks of Paris. */
export const inParis = (at: number): string =>
  DateTime.fromMillis(at, { zone: 'Europe/Paris' }).toFormat("yyyy-MM-dd'T'HH:mm");

/** A hospital with appointments, in which time passes where a test says so. */
export class AppointmentWard {
  readonly #ward: Ward;

  private constructor(ward: Ward) {
    this.#ward = ward;
  }

  static async open(): Promise<AppointmentWard> {
    return new AppointmentWard(await Ward.open({}, { appointmentLookMs: 3_600_000 }));
  }

  get app(): RunningApp {
    return this.#ward.app;
  }

  get database(): Database {
    return this.#ward.database;
  }

  get now(): number {
    return this.#ward.now;
  }

  set now(at: number) {
    this.#ward.now = at;
  }

  close(): Promise<void> {
    return this.#ward.close();
  }

  area(choices: Partial<AreaChoices> = {}, organisation?: string) {
    return this.#ward.area(choices, organisation);
  }

  async staff(
    name: string,
    areaId: string,
    role: AreaRole,
    organisation = 'Clinic North',
  ): Promise<SignedIn> {
    const person = await signedIn(this.app, 'member', { name, organisation });
    await this.#ward.setRole(person, areaId, role);
    return person;
  }

  async lastLetter(to: string): Promise<Posted> {
    const row = await this.database('letters').where({ recipient: to }).orderByRaw('rowid DESC').first();
    if (row === undefined) throw new Error(`no letter to ${to}`);
    return { ...row, attachments: JSON.parse(row.attachments) };
  }

  async letters(to: string): Promise<readonly Posted[]> {
    return this.database('letters').where({ recipient: to }).orderByRaw('rowid');
  }

  /** Says that every letter went out, with what it says kept to be looked at. */
  async sendLetters(): Promise<void> {
    await this.database('letters').where({ state: 'waiting' }).update({ state: 'sent' });
  }

  /** The path of the patient's own page in a letter. */
  linkIn({ text }: Posted): string {
    return /\/appointment\/[\w-]{38}/.exec(text)?.[0] ?? 'there is no link';
  }

  /** A page as a patient's browser loads it. */
  page(path: string): Promise<Answer> {
    return this.app.ask(path, { headers: asBrowser });
  }

  /** A button of a patient's page. */
  press(
    path: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.app.ask(path, {
      method: 'POST',
      headers: {
        ...asBrowser,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async row(id: string) {
    return this.database('appointments').where({ id }).first();
  }

  async visits(appointmentId: string) {
    return this.database('visits').where({ appointment_id: appointmentId });
  }

  get watch(): AppointmentWatchOptions {
    const { app } = this.app;
    const { links, head } = app.clinicAppointments;
    const clock = () => this.now;
    return {
      database: this.database,
      clock,
      audit: app.audit,
      head,
      feed: app.clinic.feed,
      letters: new AppointmentLetters({ outbox: app.mail.outbox, clock, links }),
    };
  }

  /** Keeps the staff signed in, however much time has passed. */
  async keepSignedIn(): Promise<void> {
    const now = this.now;
    await this.database('sessions').update({ created_at: now, seen_at: now, confirmed_at: now });
  }

  /** What the app does by itself every minute. Answers how many reminders went out. */
  async look(): Promise<number> {
    const sent = await remindPatients(this.watch);
    await noteMissed(this.watch);
    await this.database.transaction((transaction) => fulfilSeen(transaction, this.now));
    return sent;
  }

  async runRetention(): Promise<void> {
    const { store } = category;
    const terms: RetentionTerms = { ...days, now: this.now, heldIds: new Set() };
    while ((await this.database.transaction((each) => storeOf(store).expire(each, terms, 100))) > 0);
  }

  async erase(email: string): Promise<void> {
    const subject = { kind: 'address', email } as const;
    await this.database.transaction(async (transaction) => {
      for (const { store } of [category, letterCategory]) await storeOf(store).erase(transaction, subject);
    });
  }
}

const days = {
  serviceDays: 30,
  relationshipDays: 1095,
  invitationDays: 30,
  letterDays: 30,
  attestationDays: 365,
} as const;

function storeOf(store: CategoryStore | null): CategoryStore {
  if (store === null) throw new Error('nothing is stored');
  return store;
}
