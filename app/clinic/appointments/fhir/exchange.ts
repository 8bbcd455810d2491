import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AuditEntry, system } from '../../../audit/audit-log.ts';
import type { AppointmentReach } from '../reach.ts';
import { FhirFault, invalid } from './outcome.ts';
import type { Json } from './reading.ts';

/** Where the resources are, below the site that was asked. */
export const BASE_PATH = '/fhir';

export const baseOf = (request: FastifyRequest): string => request.ownUrl(BASE_PATH);

/** What the program that asks reaches: all of its organisation. */
export function reachOf({ service }: FastifyRequest): AppointmentReach {
  // The route's access lets nobody in without.
  if (service === null) throw new FhirFault(401, 'login', 'A service token is needed.');
  return { kind: 'organisation', organisationId: service.organisationId };
}

/** What the audit log says of a program besides that it was one: the id of its token. */
export function tokenDetails({ service }: FastifyRequest): Readonly<Record<string, string>> {
  return service === null ? {} : { serviceToken: service.tokenId };
}

/** What a program reads about people is in the audit log: once an hour for each thing, as programs ask every minute. */
export async function recordLook(
  request: FastifyRequest,
  action: 'appointment.viewed' | 'appointments.listed' | 'people.listed',
  object?: AuditEntry['object'],
): Promise<void> {
  const { id, service, server } = request;
  if (service === null) return;
  await server.audit.recordLook(
    service.tokenId,
    { ...system, requestId: id },
    {
      action,
      organisationId: service.organisationId,
      ...(object && { object }),
      details: tokenDetails(request),
    },
  );
}

type Versioned = Json & {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly versionId: string; readonly lastUpdated: string };
};

/** Answers a resource with its version (R4, http.html#versioning); a new one with its address. */
export function sendResource(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Versioned,
  status: 200 | 201 = 200,
): FastifyReply {
  const { id, resourceType, meta } = resource;
  reply
    .code(status)
    .header('ETag', `W/"${meta.versionId}"`)
    .header('Last-Modified', new Date(meta.lastUpdated).toUTCString());
  if (status === 201) reply.header('Location', `${baseOf(request)}/${resourceType}/${id}`);
  return sendJson(reply, resource);
}

export function sendJson(reply: FastifyReply, resource: Json): FastifyReply {
  return reply
    .header('Cache-Control', 'no-store')
    .type('application/fhir+json; charset=utf-8')
    .send(JSON.stringify(resource));
}

/** The version in `If-Match: W/"3"`; null where the program does not care. @throws FhirFault */
export function ifMatch(request: FastifyRequest): number | null {
  const { 'if-match': written } = request.headers;
  if (written === undefined || written === '*') return null;
  const [, version] = /^(?:W\/)?"(\d{1,9})"$/.exec(written) ?? [];
  if (version === undefined) throw invalid('If-Match is written as W/"3".');
  return Number(version);
}

/** The identifier in `If-None-Exist: identifier=system|value` (R4, http.html#ccreate); null without. @throws FhirFault */
export function ifNoneExist(
  request: FastifyRequest,
): { readonly system: string; readonly value: string } | null {
  const { 'if-none-exist': written } = request.headers;
  if (written === undefined) return null;
  const parameters = new URLSearchParams(String(written).replace(/^\?/, ''));
  const identifier = parameters.get('identifier');
  if (identifier === null || parameters.size !== 1)
    throw invalid('If-None-Exist is written as identifier=system|value.');
  const bar = identifier.lastIndexOf('|');
  return { system: bar === -1 ? '' : identifier.slice(0, bar), value: identifier.slice(bar + 1) };
}

/** Refuses an update whose resource says that it is another one (R4, http.html#update). */
export function demandSameId(resource: Json, id: string): void {
  if (resource.id !== undefined && resource.id !== id)
    throw invalid('The id of the resource is not the one in its address.', `${resource.resourceType}.id`);
}
