import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AreaName, areasWithin, findArea } from '../../clinic/appointments/store.ts';
import type { Database } from '../../database/open.ts';
import { AppError } from '../../kernel/errors.ts';
import { areaChoice } from './appointment-form.ts';
import { appointmentsPath, reachOf } from './asked-appointment.ts';

export type InArea = { Querystring: { area?: unknown; slot?: unknown } };

/**
 * The area that is asked for, or the only one there is; null where it has to be chosen first.
 *
 * @throws AppError `not_found`, also for one out of reach
 */
export async function areaOf(database: Database, request: FastifyRequest<InArea>): Promise<AreaName | null> {
  const reach = reachOf(request, 'appointments.write');
  const { area: asked } = request.query;
  if (typeof asked !== 'string') {
    const areas = await areasWithin(database, reach);
    return areas.length === 1 ? (areas[0] ?? null) : null;
  }
  const area = await findArea(database, reach, asked);
  if (area === null) throw new AppError('not_found');
  return area;
}

/** Asks which area a form is for; who may write in none is sent back. */
export async function sendAreaChoice(
  database: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  { title, path, back = appointmentsPath }: { title: string; path: string; back?: string },
): Promise<FastifyReply> {
  const areas = await areasWithin(database, reachOf(request, 'appointments.write'));
  if (areas.length === 0) return reply.redirect(back, 303);
  return reply.consolePage('console/appointments/views/choose-area.hbs', {
    title,
    section: 'appointments',
    path,
    area: areaChoice(request, areas),
  });
}
