import { type Actor, type AuditLog, system } from '../../audit/audit-log.ts';
import { compact } from '../../database/compact.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { NOT_THE_LAST_OWNER } from '../../identity/people-store.ts';
import type { Subject } from '../../inventory/category-store.ts';
import type { DataCategory } from '../../inventory/data-category.ts';
import { demandNobodyHeld, demandNotHeld } from '../../inventory/legal-holds.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { addCertificate } from '../retention/certificates.ts';
import { addOpen, takeOpen } from '../retention/open-counts.ts';
import { type StoredCategory, storedCategories } from '../retention/terms.ts';
import type { ErasureLedger } from './ledger.ts';
import { type CategoryErasure, eraseFrom, previewErasure, resolveSubject } from './subject-erasure.ts';

export interface ErasureOptions {
  readonly database: Database;
  /** The database's. */
  readonly file: string;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Seals certificates. */
  readonly key: string;
  readonly categories: readonly DataCategory[];
  readonly ledger: ErasureLedger;
  /** Told what failed after the erasure: the next run of the retention does it. */
  readonly onFault: (what: string, fault: unknown) => void;
}

export interface ErasureOutcome {
  /** Number of its certificate. */
  readonly certificate: number;
  readonly counts: readonly CategoryErasure[];
}

/** People of an organisation that one transaction erases. */
const BATCH = 50;

/**
 * Erases everything about somebody, on request. A person or an address is one transaction. An organisation may have a
 * hundred thousand people: that its erasure was decided is noted first, then they go by and by, and whatever cuts it
 * off, {@link resume} goes on.
 */
export class Erasure {
  readonly #options: ErasureOptions;
  readonly #categories: readonly StoredCategory[];
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: ErasureOptions) {
    this.#options = options;
    this.#categories = storedCategories(options.categories);
  }

  /** What an erasure would come to, by category. Takes as long as the erasure itself, and changes nothing. */
  async preview(subject: Subject): Promise<readonly CategoryErasure[]> {
    const { database } = this.#options;
    return previewErasure(database, this.#categories, await resolveSubject(database, subject));
  }

  /**
   * @param alongside what is to be written in the same transaction: the request's answer. With an organisation, in the
   * one that decides it.
   * @param afterwards what is to be written of a person's or an address's erasure, in the same transaction, once it is
   * known what it came to.
   * @throws AppError `on_legal_hold`; `last_owner`; `own_organisation` for one with somebody who runs the appliance;
   * `not_found` when there is no such account or organisation.
   */
  async eraseSubject(
    subject: Subject,
    actor: Actor,
    alongside: (transaction: Transaction) => Promise<void> = async () => {},
    afterwards: (transaction: Transaction, outcome: ErasureOutcome) => Promise<void> = async () => {},
  ): Promise<ErasureOutcome> {
    const { database, clock, ledger } = this.#options;
    if (subject.kind === 'organisation') {
      await this.#decide(subject.id, actor, alongside);
      return this.#oneAfterTheOther(() => this.#eraseOrganisation(subject.id, actor));
    }
    const outcome = await database.transaction(async (transaction) => {
      const meant = await resolveSubject(transaction, subject);
      await this.#demandErasable(transaction, meant);
      await alongside(transaction);
      const counts = await eraseFrom(transaction, this.#categories, meant);
      // Also of people: an older backup may know them as guests.
      if (meant.kind !== 'organisation') await ledger.addAddress(transaction, meant.email, clock());
      const certificate = await this.#certify(transaction, actor, meant, counts);
      await afterwards(transaction, { certificate, counts });
      await ledger.seal(transaction);
      return { certificate, counts };
    });
    await this.#tidy();
    return outcome;
  }

  /** Goes on with the organisations whose erasure was cut off. Those that are held meanwhile wait. */
  async resume(): Promise<void> {
    const { database } = this.#options;
    const open: { organisation_id: string; actor_kind: Actor['kind']; actor_id: string | null }[] =
      await database('erasures_under_way').orderBy('asked_at');
    for (const { organisation_id: id, actor_kind, actor_id } of open) {
      const actor = actor_kind === 'system' ? system : { kind: actor_kind, id: actor_id, requestId: null };
      await this.#oneAfterTheOther(() => this.#eraseOrganisation(id, actor)).catch((thrown: unknown) => {
        if (!(thrown instanceof AppError && thrown.code === 'on_legal_hold')) throw thrown;
      });
    }
  }

  async #oneAfterTheOther<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = this.#running.then(work);
    this.#running = running.catch(() => {});
    return running;
  }

  async #demandErasable(transaction: Transaction, subject: Subject): Promise<void> {
    if (subject.kind !== 'person') return;
    const { id } = subject;
    const person: { organisation_id: string } | undefined = await transaction('people')
      .where({ id })
      .first('organisation_id');
    if (person === undefined) throw new AppError('not_found');
    await demandNotHeld(transaction, this.#options.clock(), [id, person.organisation_id]);
    const isSpare = await transaction('people').where({ id }).whereRaw(NOT_THE_LAST_OWNER).first('id');
    if (isSpare === undefined) throw new AppError('last_owner');
  }

  /** Notes that an organisation is to be erased, and lets nobody of it in any more. */
  async #decide(
    id: string,
    actor: Actor,
    alongside: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    const { database, clock, audit } = this.#options;
    await database.transaction(async (transaction) => {
      const now = clock();
      const row = await transaction('organisations').where({ id }).first('status');
      if (row === undefined) throw new AppError('not_found');
      await demandNobodyHeld(transaction, clock(), id);
      const runsTheAppliance = await transaction('people')
        .where({ organisation_id: id, role: 'owner', status: 'active' })
        .first('id');
      if (runsTheAppliance !== undefined) throw new AppError('own_organisation');
      await alongside(transaction);
      await transaction('organisations')
        .where({ id, status: 'active' })
        .update({ status: 'ended', ended_at: now, ends_at: null });
      const people = transaction('people').where({ organisation_id: id }).select('id');
      await transaction('sessions').whereIn('person_id', people).delete();
      await transaction('erasures_under_way')
        .insert({ organisation_id: id, actor_kind: actor.kind, actor_id: actor.id, asked_at: now })
        .onConflict('organisation_id')
        .ignore();
      const object = { kind: 'organisation', id };
      await audit.record(actor, { action: 'erasure.began', organisationId: id, object }, transaction);
    });
  }

  async #eraseOrganisation(id: string, actor: Actor): Promise<ErasureOutcome> {
    const { database, clock, ledger } = this.#options;
    const erasePeople = () =>
      database.transaction(async (transaction) => {
        await demandNobodyHeld(transaction, clock(), id);
        const people: { id: string; email: string }[] = await transaction('people')
          .where({ organisation_id: id })
          .orderBy(['created_at', 'id'])
          .limit(BATCH)
          .select('id', 'email');
        for (const person of people) {
          for (const { name, store } of this.#categories) {
            const records = await store.erase(transaction, { kind: 'person', ...person });
            await addOpen(transaction, id, name, records);
          }
        }
        await ledger.seal(transaction);
        return people.length;
      });
    while ((await erasePeople()) > 0);
    const outcome = await database.transaction(async (transaction) => {
      await demandNobodyHeld(transaction, clock(), id);
      const subject = { kind: 'organisation', id } as const;
      const rest = await eraseFrom(transaction, this.#categories, subject);
      const before = await takeOpen(transaction, id);
      const counts = rest.map((each) => ({
        ...each,
        records: each.records + (before.get(each.category) ?? 0),
      }));
      await transaction('erasures_under_way').where({ organisation_id: id }).delete();
      const certificate = await this.#certify(transaction, actor, subject, counts);
      await ledger.seal(transaction);
      return { certificate, counts };
    });
    await this.#tidy();
    return outcome;
  }

  /** Done is done by now: what fails here is done by the next run of the retention. */
  async #tidy(): Promise<void> {
    const { database, clock, ledger, file, onFault } = this.#options;
    try {
      await ledger.sealAll(database);
      await ledger.file(database, clock());
      await compact(database, file);
    } catch (fault) {
      onFault('what follows an erasure', fault);
    }
  }

  async #certify(
    transaction: Transaction,
    actor: Actor,
    subject: Subject,
    counts: readonly CategoryErasure[],
  ): Promise<number> {
    const { clock, key, audit } = this.#options;
    const now = clock();
    const certificate = await addCertificate(transaction, key, {
      at: now,
      cutOffAt: now,
      cause: 'erasure',
      counts: counts.map((each) => ({ ...each, cutOffAt: null })),
      failed: [],
    });
    const records = counts.reduce((sum, each) => sum + each.records, 0);
    const object = subject.kind === 'address' ? undefined : { kind: subject.kind, id: subject.id };
    await audit.record(
      actor,
      { action: 'erasure.done', ...(object && { object }), details: { certificate, records } },
      transaction,
    );
    return certificate;
  }
}
