import type { Transaction } from '../../../database/open.ts';
import { keysOf } from './line-keys.ts';

export interface KeptImport {
  readonly id: string;
  readonly areaId: string;
  readonly personId: string;
  readonly content: string;
  readonly createdAt: number;
}

export async function insertImport(transaction: Transaction, kept: KeptImport): Promise<void> {
  await transaction('appointment_imports').insert({
    id: kept.id,
    area_id: kept.areaId,
    person_id: kept.personId,
    content: kept.content,
    created_at: kept.createdAt,
  });
}

/** An import that can be confirmed, by whoever uploaded it. */
export async function findImport(
  transaction: Transaction,
  { id, personId, after }: { readonly id: string; readonly personId: string; readonly after: number },
): Promise<KeptImport | null> {
  const row:
    | { id: string; area_id: string; person_id: string; content: string; created_at: number }
    | undefined = await transaction('appointment_imports')
    .where({ id, person_id: personId })
    .where('created_at', '>', after)
    .first();
  return row === undefined
    ? null
    : {
        id: row.id,
        areaId: row.area_id,
        personId: row.person_id,
        content: row.content,
        createdAt: row.created_at,
      };
}

/** False: it is gone. */
export async function deleteImport(transaction: Transaction, id: string): Promise<boolean> {
  return (await transaction('appointment_imports').where({ id }).delete()) === 1;
}

export async function deleteImportsBefore(transaction: Transaction, at: number): Promise<void> {
  await transaction('appointment_imports').where('created_at', '<=', at).delete();
}

/** The appointments of an area that stand and are not over, as {@link keysOf} tells them apart. */
export async function knownTimes(
  transaction: Transaction,
  areaId: string,
  now: number,
): Promise<ReadonlySet<string>> {
  const rows: {
    patient_name: string;
    email: string | null;
    starts_at: number;
    ends_at: number;
    state: string;
    external_system: string | null;
    external_value: string | null;
  }[] = await transaction('appointments')
    .where({ area_id: areaId })
    .where((each) => each.where('ends_at', '>', now).orWhereNotNull('external_value'))
    .select('patient_name', 'email', 'starts_at', 'ends_at', 'state', 'external_system', 'external_value');
  return new Set(
    rows.flatMap((row) => {
      const [time = '', ...names] = keysOf({
        patientName: row.patient_name,
        email: row.email,
        startsAt: row.starts_at,
        external:
          row.external_value === null
            ? null
            : { system: row.external_system ?? '', value: row.external_value },
      });
      // One that was cancelled can be made again, but under another name.
      return row.state === 'cancelled' ? names : [time, ...names];
    }),
  );
}
