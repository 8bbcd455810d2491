import { DateTime } from 'luxon';
import type { Database } from '../database/open.ts';
import type { Area } from './area.ts';
import { endOfDay } from './area-opening.ts';
import type { ExpectedView } from './staff-view.ts';

/** Most appointments of an area that the staff view shows of one day. */
const MOST_OF_A_DAY = 300;

interface ExpectedRow {
  readonly id: string;
  readonly area_id: string;
  readonly version: number;
  readonly patient_name: string;
  readonly starts_at: number;
  readonly ends_at: number;
  readonly state: ExpectedView['state'];
  readonly clinician_name: string | null;
}

/** Who is expected in an area today by its clocks, came, or did not come; the first ones first. */
export async function expectedIn(
  database: Database,
  area: Pick<Area, 'id' | 'timeZone'>,
  now: number,
): Promise<ExpectedView[]> {
  const morning = DateTime.fromMillis(now, { zone: area.timeZone }).startOf('day').toMillis();
  const rows: ExpectedRow[] = await database('appointments')
    .leftJoin('people', 'people.id', 'appointments.clinician_id')
    .where({ 'appointments.area_id': area.id })
    .where('appointments.starts_at', '>=', morning)
    .where('appointments.starts_at', '<', endOfDay(area, now))
    .whereIn('appointments.state', ['booked', 'arrived', 'noshow'])
    .orderBy('appointments.starts_at')
    .orderBy('appointments.id')
    .limit(MOST_OF_A_DAY)
    .select(
      'appointments.id',
      'appointments.area_id',
      'appointments.version',
      'appointments.patient_name',
      'appointments.starts_at',
      'appointments.ends_at',
      'appointments.state',
      'people.name as clinician_name',
    );
  return rows.map((row) => ({
    id: row.id,
    areaId: row.area_id,
    version: row.version,
    name: row.patient_name,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    state: row.state,
    clinicianName: row.clinician_name,
  }));
}
