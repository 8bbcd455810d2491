import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, toAppError } from '../../../kernel/errors.ts';
import type { Slots } from '../slots/slots.ts';
import { areasWithin, findArea } from '../store.ts';
import { type AppointmentResourcesOptions, appointmentResources } from './appointment-routes.ts';
import { capabilityStatement } from './capability.ts';
import { baseOf, reachOf, recordLook, sendJson } from './exchange.ts';
import { FhirFault, fhirFaultOf, outcomeOf } from './outcome.ts';
import { schedulesWithin, serviceResource } from './places.ts';
import { SearchParameters, searchBundle } from './search.ts';
import { slotResources } from './slot-routes.ts';

export interface FhirOptions extends AppointmentResourcesOptions {
  readonly slots: Slots;
}

type ById = { Params: { id: string } };

const service = { config: { access: 'service' } } as const;

/** When the description of what is spoken here changed last. */
const DESCRIBED = '2026-11-23';

/** Largest resource that is taken, in bytes. */
const LARGEST_BYTES = 64 * 1024;

/**
 * HL7 FHIR R4 for the hospital's own systems, below the prefix that it is registered with. Every answer is FHIR's, those
 * to faults too (`OperationOutcome`). Not an `fp` plugin: its media type and its faults are for these routes alone.
 */
export async function fhir(app: FastifyInstance, options: FhirOptions): Promise<void> {
  const { database, slots } = options;

  app.addContentTypeParser(
    'application/fhir+json',
    { parseAs: 'string', bodyLimit: LARGEST_BYTES },
    app.getDefaultJsonParser('error', 'error'),
  );

  app.setErrorHandler(async (thrown, request, reply) => sendFault(request, reply, thrown));
  app.setNotFoundHandler({ preHandler: app.limitMisses }, async (request, reply) =>
    sendFault(request, reply, new AppError('not_found')),
  );

  app.addHook('onRequest', async ({ headers: { accept = '*/*' } }) => {
    if (/\bxml\b/.test(accept) && !/json|\*\/\*/.test(accept))
      throw new FhirFault(406, 'not-supported', 'Resources are written as JSON: application/fhir+json.');
  });

  app.get('/metadata', { config: { access: 'anyone', knowsVisitor: false } }, async (request, reply) =>
    sendJson(reply, capabilityStatement(baseOf(request), DESCRIBED)),
  );

  app.get('/HealthcareService', service, async (request, reply) => {
    const areas = await areasWithin(database, reachOf(request));
    const used = new SearchParameters(request.query).used(request);
    const page = { entries: areas.map(serviceResource), next: null };
    return sendJson(reply, searchBundle('HealthcareService', baseOf(request), used, page));
  });

  app.get<ById>('/HealthcareService/:id', service, async (request, reply) => {
    const area = await findArea(database, reachOf(request), request.params.id);
    if (area === null) throw new AppError('not_found');
    return sendJson(reply, serviceResource(area));
  });

  app.get('/Schedule', service, async (request, reply) => {
    const entries = await schedulesWithin(database, reachOf(request));
    await recordLook(request, 'people.listed');
    const used = new SearchParameters(request.query).used(request);
    return sendJson(reply, searchBundle('Schedule', baseOf(request), used, { entries, next: null }));
  });

  app.get<ById>('/Schedule/:id', service, async (request, reply) => {
    const schedules = await schedulesWithin(database, reachOf(request));
    await recordLook(request, 'people.listed');
    const schedule = schedules.find(({ id }) => id === request.params.id);
    if (schedule === undefined) throw new AppError('not_found');
    return sendJson(reply, schedule);
  });

  // Not as plugins of their own, which would get the prefix among their options a second time.
  await appointmentResources(app, options);
  await slotResources(app, { slots });
}

function sendFault(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const fault = faultOf(request, thrown);
  if (fault.status >= 500) request.log.error({ err: fault.cause ?? fault }, 'a request of a program failed');
  if (fault.status === 401) reply.header('WWW-Authenticate', 'Bearer');
  return sendJson(reply.code(fault.status), outcomeOf(fault));
}

function faultOf({ t }: FastifyRequest, thrown: unknown): FhirFault {
  if (thrown instanceof FhirFault) return thrown;
  const { code, statusCode = 500 } = Object(thrown) as {
    readonly code?: unknown;
    readonly statusCode?: number;
  };
  // Fastify's own: a body too large, a media type it does not know, JSON that is none.
  const isRefusal = typeof code === 'string' && code.startsWith('FST_') && statusCode < 500;
  if (isRefusal || (thrown instanceof SyntaxError && statusCode === 400)) {
    const sentence =
      statusCode === 415
        ? 'Resources are written as JSON: application/fhir+json.'
        : 'The body is no JSON, or larger than 64 KiB.';
    return new FhirFault(statusCode, statusCode === 415 ? 'not-supported' : 'structure', sentence, {
      cause: thrown,
    });
  }
  const fault = toAppError(thrown);
  return fhirFaultOf(fault, t(`errors.${fault.code}.sentence`, fault.params));
}
