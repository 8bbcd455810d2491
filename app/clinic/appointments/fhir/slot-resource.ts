import type { ExternalName } from '../appointment.ts';
import type { Slot, SlotState } from '../slots/slot.ts';
import { identifierOf } from './appointment-resource.ts';
import { instantOfMs } from './instants.ts';
import { FhirFault, invalid, missing, refused } from './outcome.ts';
import { identifier, instant, type Json, object, text } from './reading.ts';
import { referenceOf } from './references.ts';

/** `Slot.status` (R4, valueset-slotstatus) by ours. */
const slotStatuses = {
  free: 'free',
  busy: 'busy',
  unavailable: 'busy-unavailable',
  tentative: 'busy-tentative',
  wrong: 'entered-in-error',
} as const satisfies Record<SlotState, string>;

export function slotStateOf(status: string): SlotState | null {
  const states = Object.keys(slotStatuses) as SlotState[];
  return states.find((state) => slotStatuses[state] === status) ?? null;
}

/** A `Schedule` here is an area's, or that of one clinician in it: `AREA`, `AREA-CLINICIAN`. */
export const scheduleIdOf = (areaId: string, clinicianId: string | null): string =>
  clinicianId === null ? areaId : `${areaId}-${clinicianId}`;

export function readScheduleId(
  id: string,
): { readonly areaId: string; readonly clinicianId: string | null } | null {
  const [, areaId, clinicianId] = /^([^-]+)(?:-([^-]+))?$/.exec(id) ?? [];
  return areaId === undefined ? null : { areaId, clinicianId: clinicianId ?? null };
}

/** A slot as `Slot` of FHIR R4. */
export function slotResource(slot: Slot) {
  return {
    resourceType: 'Slot',
    id: slot.id,
    meta: { versionId: String(slot.version), lastUpdated: instantOfMs(slot.changedAt) },
    ...(slot.external !== null && { identifier: [identifierOf(slot.external)] }),
    schedule: {
      reference: `Schedule/${scheduleIdOf(slot.areaId, slot.clinicianId)}`,
      display: slot.areaName,
    },
    status: slotStatuses[slot.state],
    start: instantOfMs(slot.startsAt),
    end: instantOfMs(slot.endsAt),
  };
}

/** What a program says of a slot. */
export interface ReadSlot {
  readonly areaId: string;
  readonly clinicianId: string | null;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly state: SlotState;
  readonly external: ExternalName | null;
}

/** Reads a `Slot`; comments are passed over. @throws FhirFault */
export function readSlotResource(resource: Json): ReadSlot {
  const schedule = object(resource, 'schedule', 'Slot');
  if (schedule === null) throw missing('Slot.schedule', 'A slot needs a schedule.');
  const { type, id } = referenceOf(schedule, 'Slot.schedule');
  const place = type === 'Schedule' && id !== null ? readScheduleId(id) : null;
  if (place === null) throw invalid('A schedule is written as Schedule/id.', 'Slot.schedule.reference');
  const status = text(resource, 'status', 'Slot', 40);
  if (status === null) throw missing('Slot.status', 'A slot needs a status.');
  const state = slotStateOf(status);
  if (state === null)
    throw new FhirFault(
      422,
      'not-supported',
      `The status is one of ${Object.values(slotStatuses).join(', ')}.`,
      {
        expression: 'Slot.status',
      },
    );
  const startsAt = instant(resource, 'start', 'Slot');
  if (startsAt === null) throw missing('Slot.start', 'A slot needs a start.');
  const endsAt = instant(resource, 'end', 'Slot');
  if (endsAt === null) throw missing('Slot.end', 'A slot needs an end.');
  if (endsAt <= startsAt) throw refused('The end comes after the start.', 'Slot.end');
  return { ...place, startsAt, endsAt, state, external: identifier(resource, 'Slot') };
}
