import type { AuditLog } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import { type Clock, HOUR_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { type Asker, type Authority, authorityOf } from '../authority.ts';
import { demandOrganisation, isSeen } from '../people.ts';
import { insertPeople, whoHas } from '../people-store.ts';
import { type PersonFieldName, type PersonFields, readPersonFields } from '../person-fields.ts';
import { type Welcome, welcomeLetter } from '../welcome-letter.ts';
import { type FileFault, type FileLine, type FileWords, readPeopleFile } from './people-file.ts';

/** How long an upload is kept for its confirmation, in milliseconds. */
export const KEPT_MS = HOUR_MS;

/** Bytes of an upload. 20,000 lines with long names and addresses have 2 million. */
export const LARGEST_BYTES = 4_000_000;

/** What would become of one line. */
export type Outcome =
  | { readonly kind: 'new'; readonly fields: PersonFields }
  /** Somebody of the organisation has the address: nothing changes. */
  | { readonly kind: 'known' }
  | {
      readonly kind: 'wrong';
      /** `repeated`: an address of an earlier line; `elsewhere`, `not_usable`: it belongs to another organisation. */
      readonly faults: readonly (PersonFieldName | 'repeated' | 'elsewhere' | 'not_usable')[];
    };

export interface Preview {
  readonly organisationId: string;
  readonly lines: readonly { readonly line: FileLine; readonly outcome: Outcome }[];
  readonly ignored: readonly string[];
}

export interface PeopleImportsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly translates: FileWords['translates'];
}

interface ImportRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly person_id: string;
  readonly content: string;
  readonly created_at: number;
}

/** People by the thousand: a file is kept, shown with what would come of it, and imported as a whole or not at all. */
export class PeopleImports {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #translates: FileWords['translates'];

  constructor({ database, audit, outbox, clock, translates }: PeopleImportsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#outbox = outbox;
    this.#clock = clock;
    this.#translates = translates;
  }

  /** Keeps a text for an hour. Answers the import's id, or what is wrong with the whole of it. */
  async keep(
    asker: Asker,
    {
      organisationId,
      content,
      language,
    }: {
      readonly organisationId: string;
      readonly content: string;
      readonly language: FileWords['language'];
    },
  ): Promise<{ readonly id: string } | { readonly fault: FileFault }> {
    const read = readPeopleFile(content, { translates: this.#translates, language });
    if ('fault' in read) return read;
    return this.#database.transaction(async (transaction) => {
      const authority = await authorityOf(transaction, asker, 'people.write');
      await demandOrganisation(transaction, authority, organisationId);
      const now = this.#clock();
      await transaction('imports')
        .where('created_at', '<=', now - KEPT_MS)
        .delete();
      const id = newId();
      const row: ImportRow = {
        id,
        organisation_id: organisationId,
        person_id: asker.person.id,
        content,
        created_at: now,
      };
      await transaction('imports').insert(row);
      return { id };
    });
  }

  /** What an import would do. @throws AppError `not_found`, `import_over` */
  async preview(asker: Asker, id: string, language: FileWords['language']): Promise<Preview> {
    return this.#database.transaction(async (transaction) => {
      const authority = await authorityOf(transaction, asker, 'people.write');
      const row: ImportRow | undefined = await this.#living(transaction, asker, id).first();
      if (row === undefined) throw new AppError('import_over');
      return this.#judge(transaction, authority, row, language);
    });
  }

  /**
   * Imports all, or nothing where a line is wrong: then its preview is answered.
   *
   * @returns how many accounts were made.
   * @throws AppError `import_over` when it was done already.
   */
  async confirm(
    asker: Asker,
    id: string,
    { language, welcome }: { readonly language: FileWords['language']; readonly welcome: Welcome | null },
  ): Promise<number | Preview> {
    return this.#database.transaction(async (transaction) => {
      const authority = await authorityOf(transaction, asker, 'people.write');
      const row: ImportRow | undefined = await this.#living(transaction, asker, id).first();
      if (row === undefined) throw new AppError('import_over');
      const preview = await this.#judge(transaction, authority, row, language);
      if (preview.lines.some(({ outcome }) => outcome.kind === 'wrong')) return preview;
      // Of two at once, one finds it gone.
      if ((await this.#living(transaction, asker, id).delete()) === 0) throw new AppError('import_over');
      const createdAt = this.#clock();
      const people = preview.lines.flatMap(({ outcome }) =>
        outcome.kind === 'new'
          ? [{ ...outcome.fields, id: newId(), organisationId: row.organisation_id, createdAt }]
          : [],
      );
      await insertPeople(transaction, people);
      if (welcome !== null) {
        const letters = people.map((person) =>
          welcomeLetter(person, this.#translates[person.language], welcome),
        );
        await this.#outbox.postAll(transaction, letters);
      }
      await this.#audit.record(
        asker.actor,
        {
          action: 'people.imported',
          organisationId: row.organisation_id,
          object: { kind: 'organisation', id: row.organisation_id },
          details: {
            made: people.length,
            known: preview.lines.length - people.length,
            letters: welcome !== null,
          },
        },
        transaction,
      );
      return people.length;
    });
  }

  /** An import that can be confirmed, by whoever uploaded it. */
  #living(transaction: Transaction, { person }: Asker, id: string) {
    return transaction('imports')
      .where({ id, person_id: person.id })
      .where('created_at', '>', this.#clock() - KEPT_MS);
  }

  async #judge(
    transaction: Transaction,
    authority: Authority,
    row: ImportRow,
    language: FileWords['language'],
  ): Promise<Preview> {
    await demandOrganisation(transaction, authority, row.organisation_id);
    const read = readPeopleFile(row.content, { translates: this.#translates, language });
    if ('fault' in read) throw new AppError('import_over');
    const checked = read.lines.map((line) => ({
      line,
      result: readPersonFields(line.typed, authority.grantable),
    }));
    const emails = checked.flatMap(({ result }) => ('fields' in result ? [result.fields.email] : []));
    const taken = new Map((await whoHas(transaction, emails)).map((each) => [each.email, each]));
    const seen = new Set<string>();
    const lines = checked.map(({ line, result }) => {
      const outcome = ((): Outcome => {
        if ('wrong' in result) return { kind: 'wrong', faults: result.wrong };
        const { fields } = result;
        if (seen.has(fields.email)) return { kind: 'wrong', faults: ['repeated'] };
        seen.add(fields.email);
        const owner = taken.get(fields.email);
        if (owner === undefined) return { kind: 'new', fields };
        if (owner.organisation_id === row.organisation_id) return { kind: 'known' };
        const fault = isSeen(authority.scope, owner.organisation_id) ? 'elsewhere' : 'not_usable';
        return { kind: 'wrong', faults: [fault] };
      })();
      return { line, outcome };
    });
    return { organisationId: row.organisation_id, lines, ignored: read.ignored };
  }
}
