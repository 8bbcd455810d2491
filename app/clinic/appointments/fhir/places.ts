import type { Database } from '../../../database/open.ts';
import type { AppointmentReach } from '../reach.ts';
import { type AreaName, areasWithin, cliniciansOf } from '../store.ts';
import { scheduleIdOf } from './slot-resource.ts';

/** An area as `HealthcareService` of FHIR R4. */
export const serviceResource = ({ id, name }: AreaName) => ({
  resourceType: 'HealthcareService',
  id,
  active: true,
  name,
});

interface Clinician {
  readonly id: string;
  readonly name: string;
}

/** The schedule of an area, or of one clinician in it, as `Schedule` of FHIR R4. */
const scheduleResource = (area: AreaName, clinician: Clinician | null) => ({
  resourceType: 'Schedule',
  id: scheduleIdOf(area.id, clinician?.id ?? null),
  active: true,
  actor: [
    { reference: `HealthcareService/${area.id}`, display: area.name },
    ...(clinician === null ? [] : [{ reference: `Practitioner/${clinician.id}`, display: clinician.name }]),
  ],
});

/** Every schedule of an organisation: those of its areas, and of everybody who sees patients there. */
export async function schedulesWithin(
  database: Database,
  reach: AppointmentReach,
): Promise<readonly ReturnType<typeof scheduleResource>[]> {
  const areas = await areasWithin(database, reach);
  const all: ReturnType<typeof scheduleResource>[] = [];
  for (const area of areas) {
    all.push(scheduleResource(area, null));
    for (const clinician of await cliniciansOf(database, area.id))
      all.push(scheduleResource(area, clinician));
  }
  return all;
}
