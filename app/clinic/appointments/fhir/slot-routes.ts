import type { FastifyInstance, FastifyRequest } from 'fastify';
import { system } from '../../../audit/audit-log.ts';
import type { Slot } from '../slots/slot.ts';
import type { SlotMaker, Slots } from '../slots/slots.ts';
import {
  baseOf,
  demandSameId,
  ifMatch,
  ifNoneExist,
  reachOf,
  sendJson,
  sendResource,
  tokenDetails,
} from './exchange.ts';
import { invalid, refused } from './outcome.ts';
import { resourceOf } from './reading.ts';
import { SearchParameters, searchBundle } from './search.ts';
import { readScheduleId, readSlotResource, slotResource, slotStateOf } from './slot-resource.ts';

type ById = { Params: { id: string } };

const service = { config: { access: 'service' } } as const;

/** `Slot` of FHIR R4: create, read, update, search. */
export async function slotResources(
  app: FastifyInstance,
  { slots }: { readonly slots: Slots },
): Promise<void> {
  const makerOf = (request: FastifyRequest): SlotMaker => ({
    actor: { ...system, requestId: request.id },
    reach: reachOf(request),
    details: tokenDetails(request),
  });

  const called = async (request: FastifyRequest, external: Slot['external']): Promise<Slot | null> => {
    if (external === null) return null;
    const search = { areaId: null, clinicianId: null, state: null, from: null, before: null, after: null };
    const [known] = await slots.search(reachOf(request), { ...search, external, limit: 1 });
    return known ?? null;
  };

  app.post('/Slot', service, async (request, reply) => {
    const read = readSlotResource(resourceOf(request.body, 'Slot'));
    const known = await called(request, ifNoneExist(request));
    if (known !== null) return sendResource(request, reply, slotResource(known));
    const made = await slots.make(makerOf(request), read);
    return sendResource(request, reply, slotResource(made), 201);
  });

  app.get<ById>('/Slot/:id', service, async (request, reply) =>
    sendResource(request, reply, slotResource(await slots.read(reachOf(request), request.params.id))),
  );

  app.put<ById>('/Slot/:id', service, async (request, reply) => {
    const { id } = request.params;
    const resource = resourceOf(request.body, 'Slot');
    demandSameId(resource, id);
    const read = readSlotResource(resource);
    const changed = await slots.change(makerOf(request), { id, version: ifMatch(request) }, read);
    return sendResource(request, reply, slotResource(changed));
  });

  app.get('/Slot', service, async (request, reply) => {
    const parameters = new SearchParameters(request.query);
    const status = parameters.one('status');
    const state = status === null ? null : slotStateOf(status);
    if (status !== null && state === null) throw invalid('No slot has this status.');
    const scheduleId = parameters.reference('schedule', ['Schedule']);
    const place = scheduleId === null ? null : readScheduleId(scheduleId);
    if (scheduleId !== null && place === null) throw refused('There is no such schedule.');
    const limit = parameters.count();
    const found = await slots.search(reachOf(request), {
      areaId: place?.areaId ?? null,
      clinicianId: place?.clinicianId ?? null,
      state,
      ...parameters.period('start'),
      external: parameters.token('identifier'),
      after: parameters.after(),
      limit: limit + 1,
    });
    const entries = found.slice(0, limit);
    const next = found.length > limit ? (entries.at(-1) ?? null) : null;
    const bundle = searchBundle('Slot', baseOf(request), parameters.used(request), {
      entries: entries.map(slotResource),
      next,
    });
    return sendJson(reply, bundle);
  });
}
