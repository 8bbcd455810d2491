import type { Database } from '../../database/open.ts';
import { openStates, type Visit } from '../visit.ts';
import { type VisitRow, visitOf } from '../visit-rows.ts';

/** Where the patient of an appointment is on their way; null while they are not. */
export async function openVisitOf(database: Database, appointmentId: string): Promise<Visit | null> {
  const row: VisitRow | undefined = await database('visits')
    .where({ appointment_id: appointmentId })
    .whereIn('state', [...openStates])
    .orderBy('arrived_at', 'desc')
    .first();
  return row === undefined ? null : visitOf(row);
}
