import type { FastifyRequest } from 'fastify';
import { findArea, type ListedArea } from '../../clinic/area-store.ts';
import type { Areas } from '../../clinic/areas.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Permission } from '../../kernel/permissions.ts';

export interface AreaPagesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly areas: Areas;
  /** IANA name that new areas begin with. */
  readonly timeZone: string;
}

export type InArea = { Params: { id: string } };

/** Looking at who works in an area is in the audit log. */
export async function recordView(
  request: FastifyRequest,
  { id, organisationId }: Pick<ListedArea, 'id' | 'organisationId'>,
): Promise<void> {
  await request.server.audit.record(request.actor, {
    action: 'area.viewed',
    organisationId,
    object: { kind: 'area', id },
  });
}

/** The area of the address, if it is theirs. @throws AppError `not_found` */
export async function areaOf(
  database: Database,
  request: FastifyRequest<InArea>,
  permission: Extract<Permission, 'areas.read' | 'areas.write'>,
): Promise<ListedArea> {
  const area = await findArea(database, request.scope(permission), request.params.id);
  if (area === null) throw new AppError('not_found');
  return area;
}
