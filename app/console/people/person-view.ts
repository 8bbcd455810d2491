import type { FastifyRequest } from 'fastify';
import type { ListedPerson } from '../../identity/people-store.ts';

/** Looking at somebody's account, by a page or a form about it, is in the audit log. */
export async function recordView(
  request: FastifyRequest,
  { id, organisation_id }: ListedPerson,
): Promise<void> {
  await request.server.audit.record(request.actor, {
    action: 'person.viewed',
    organisationId: organisation_id,
    object: { kind: 'person', id },
  });
}
