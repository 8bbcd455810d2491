import type { ExternalName } from '../appointment.ts';

/** FHIR's `Slot.status` under names of ours: `wrong` is what was entered in error. */
const slotStates = ['free', 'busy', 'unavailable', 'tentative', 'wrong'] as const;
export type SlotState = (typeof slotStates)[number];

/** A time of an area, or of one clinician there, that can be given to a patient. */
export interface Slot {
  readonly id: string;
  readonly areaId: string;
  readonly organisationId: string;
  readonly areaName: string;
  /** Null for whoever is free. */
  readonly clinicianId: string | null;
  readonly clinicianName: string | null;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly state: SlotState;
  readonly external: ExternalName | null;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
}
