import type { AuditLog } from '../../../audit/audit-log.ts';
import type { Database, Transaction } from '../../../database/open.ts';
import type { FileFault } from '../../../identity/imports/csv-table.ts';
import { type Clock, HOUR_MS } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Feed } from '../../feed.ts';
import { type AppointmentFault, readAppointment } from '../appointment-fields.ts';
import type { AppointmentFields, AppointmentMaker, Appointments } from '../appointments.ts';
import { type AreaName, cliniciansOf, findArea } from '../store.ts';
import { type AppointmentLine, type FileWords, readAppointmentFile } from './appointment-file.ts';
import { deleteImport, deleteImportsBefore, findImport, insertImport, knownTimes } from './import-store.ts';
import { keysOf } from './line-keys.ts';

/** How long an upload is kept for its confirmation, in milliseconds. */
export const KEPT_MS = HOUR_MS;

/** What would become of one line. */
export type LineOutcome =
  | { readonly kind: 'new'; readonly fields: AppointmentFields; readonly clinicianName: string | null }
  /** The patient has an appointment at that time, or the reference is known: nothing changes. */
  | { readonly kind: 'known' }
  | { readonly kind: 'wrong'; readonly faults: readonly (AppointmentFault | 'repeated')[] };

export interface AppointmentPreview {
  readonly area: AreaName;
  readonly lines: readonly { readonly line: AppointmentLine; readonly outcome: LineOutcome }[];
  readonly ignored: readonly string[];
}

export interface AppointmentImportsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly appointments: Appointments;
  readonly feed: Feed;
  readonly translates: FileWords['translates'];
}

/** Whoever imports: a person, as nobody else sees a preview. */
export type Importer = AppointmentMaker & { readonly personId: string };

/** Appointments by the hundred: a file is kept, shown with what would come of it, and taken over as a whole or not at all. */
export class AppointmentImports {
  readonly #database: Database;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #appointments: Appointments;
  readonly #feed: Feed;
  readonly #translates: FileWords['translates'];

  constructor({ database, audit, clock, appointments, feed, translates }: AppointmentImportsOptions) {
    this.#database = database;
    this.#audit = audit;
    this.#clock = clock;
    this.#appointments = appointments;
    this.#feed = feed;
    this.#translates = translates;
  }

  /** Keeps a text for an hour. Answers the import's id, or what is wrong with the whole of it. @throws AppError `not_found` */
  async keep(
    importer: Importer,
    {
      areaId,
      content,
      language,
    }: { readonly areaId: string; readonly content: string; readonly language: FileWords['language'] },
  ): Promise<{ readonly id: string } | { readonly fault: FileFault }> {
    const read = readAppointmentFile(content, { translates: this.#translates, language });
    if ('fault' in read) return read;
    return this.#database.transaction(async (transaction) => {
      if ((await findArea(transaction, importer.reach, areaId)) === null) throw new AppError('not_found');
      const now = this.#clock();
      await deleteImportsBefore(transaction, now - KEPT_MS);
      const id = newId();
      await insertImport(transaction, { id, areaId, personId: importer.personId, content, createdAt: now });
      return { id };
    });
  }

  /** What an import would do. @throws AppError `import_over` */
  async preview(
    importer: Importer,
    id: string,
    language: FileWords['language'],
  ): Promise<AppointmentPreview> {
    return this.#database.transaction((transaction) => this.#judge(transaction, importer, id, language));
  }

  /**
   * Imports all, or nothing where a line is wrong: then its preview is answered.
   *
   * @returns how many appointments were made.
   * @throws AppError `import_over` when it was done already; `too_many_appointments`
   */
  async confirm(
    importer: Importer,
    id: string,
    language: FileWords['language'],
  ): Promise<number | AppointmentPreview> {
    const { areaId, result } = await this.#database.transaction(async (transaction) => {
      const preview = await this.#judge(transaction, importer, id, language);
      if (preview.lines.some(({ outcome }) => outcome.kind === 'wrong'))
        return { areaId: null, result: preview };
      // Of two at once, one finds it gone.
      if (!(await deleteImport(transaction, id))) throw new AppError('import_over');
      let made = 0;
      for (const { outcome } of preview.lines) {
        if (outcome.kind !== 'new') continue;
        await this.#appointments.makeWithin(transaction, importer, outcome.fields);
        made += 1;
      }
      await this.#audit.record(
        importer.actor,
        {
          action: 'appointments.imported',
          organisationId: preview.area.organisationId,
          object: { kind: 'area', id: preview.area.id },
          details: { made, known: preview.lines.length - made },
        },
        transaction,
      );
      return { areaId: preview.area.id, result: made };
    });
    if (areaId !== null) this.#feed.publish({ kind: 'appointments', areaId });
    return result;
  }

  async #judge(
    transaction: Transaction,
    importer: Importer,
    id: string,
    language: FileWords['language'],
  ): Promise<AppointmentPreview> {
    const now = this.#clock();
    const kept = await findImport(transaction, { id, personId: importer.personId, after: now - KEPT_MS });
    const area = kept && (await findArea(transaction, importer.reach, kept.areaId));
    if (kept === null || area === null) throw new AppError('import_over');
    const read = readAppointmentFile(kept.content, { translates: this.#translates, language });
    if ('fault' in read) throw new AppError('import_over');
    const clinicians = await cliniciansOf(transaction, area.id);
    const known = await knownTimes(transaction, area.id, now);
    const seen = new Set<string>();
    const lines = read.lines.map((line) => {
      const clinician = clinicians.find(({ email }) => email === line.typed.clinician);
      // An address that is nobody's stays, so that it is found wrong.
      const typed = { ...line.typed, clinician: clinician?.id ?? line.typed.clinician };
      const result = readAppointment(typed, { area, clinicians, slots: [], now });
      const outcome = ((): LineOutcome => {
        if ('faults' in result) return { kind: 'wrong', faults: Object.values(result.faults) };
        const { fields } = result;
        const keys = keysOf(fields);
        if (keys.some((key) => seen.has(key))) return { kind: 'wrong', faults: ['repeated'] };
        for (const key of keys) seen.add(key);
        if (keys.some((key) => known.has(key))) return { kind: 'known' };
        return { kind: 'new', fields, clinicianName: clinician?.name ?? null };
      })();
      return { line, outcome };
    });
    return { area, lines, ignored: read.ignored };
  }
}
