import type { FastifyRequest } from 'fastify';
import type { SlotMaker } from '../../clinic/appointments/slots/slots.ts';
import { appointmentsPath, reachOf } from './asked-appointment.ts';

export const slotsPath = `${appointmentsPath}/slots`;
export const slotPathOf = ({ id }: { readonly id: string }): string => `${slotsPath}/${id}`;

export type InSlot = { Params: { slotId: string } };

/** Who makes or deletes free times by a page. */
export const makerOf = (request: FastifyRequest): SlotMaker => ({
  actor: request.actor,
  reach: reachOf(request, 'appointments.write'),
});
