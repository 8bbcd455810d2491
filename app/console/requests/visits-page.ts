import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FoundVisit } from '../../audience/found-visit.ts';
import type { SingleVisits } from '../../audience/single-visits.ts';
import { readForm } from '../../edge/form-fields.ts';
import type { Register } from '../../inventory/register.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { dataArchive } from '../../privacy/my-data/archive.ts';
import { asksForData, type RequestRow } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import type { PrivacyTerms } from '../../privacy/terms.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import { type ById, deciding, type Faults, PATH, shownFaults, type Typed } from './request-path.ts';
import { typedNames, VisitsForm } from './visits-form.ts';

export interface VisitsPageOptions {
  readonly requests: Requests;
  readonly register: Register;
  readonly terms: PrivacyTerms;
  readonly clock: Clock;
  /** Null where no visits are counted: then these pages do not exist. */
  readonly singleVisits: SingleVisits | null;
  /** Of the sites. */
  readonly hosts: readonly string[];
}

/** Whether visits can be what a request is about: those can be handed out and erased, and nothing else. */
export const concernsVisits = (row: RequestRow) => asksForData(row) || row.kind === 'erasure';

/**
 * Visits that were counted, for a request: found by what their visitor says of them, as nothing says whose they are
 * (GDPR, Article 11(2)), ticked by whoever answers, and handed out or erased.
 */
export function visitsPage(app: FastifyInstance, options: VisitsPageOptions): void {
  const { requests, register, terms, clock, singleVisits, hosts } = options;

  const form = new VisitsForm(hosts);
  const pathOf = ({ id }: RequestRow) => `${PATH}/${id}/visits`;

  /** The request, as far as it can be about visits. @throws AppError `not_found`; `identity_not_checked`. */
  const demand = async (id: string): Promise<{ row: RequestRow; visits: SingleVisits }> => {
    const row = await requests.find(id);
    if (singleVisits === null || row.state !== 'open' || !concernsVisits(row))
      throw new AppError('not_found');
    if (row.identity_checked_at === null) throw new AppError('identity_not_checked');
    return { row, visits: singleVisits };
  };

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    row: RequestRow,
    typed: Typed,
    {
      faults = {},
      fault,
      found,
    }: { faults?: Faults; fault?: AppError; found?: readonly FoundVisit[] | null } = {},
  ) => {
    const { t, actor } = request;
    if (fault) reply.code(fault.status);
    else if (Object.keys(faults).length > 0) reply.code(400);
    const isErasure = row.kind === 'erasure';
    const mustAsk = isErasure && requests.needsTwoPeople && row.erasure_asked_by === null;
    const isWaiting = isErasure && requests.needsTwoPeople && row.erasure_asked_by === actor.id;
    return reply.consolePage('console/requests/views/visits.hbs', {
      title: t('requests.visits.title', { number: row.number }),
      section: 'requests',
      path: pathOf(row),
      back: { href: `${PATH}/${row.id}`, text: t('requests.oneTitle', { number: row.number }) },
      fields: form.fields(request, clock(), typed, faults),
      typed: typedNames.map((name) => ({ name, value: typed[name] ?? '' })),
      fault: fault && sentenceOf(request, fault),
      hasSearched: found !== undefined,
      areTooMany: found === null,
      visits: found ?? [],
      isErasure,
      mustAsk,
      isWaiting,
      mayErase: isErasure && !mustAsk && !isWaiting,
    });
  };

  app.get<ById>(`${PATH}/:id/visits`, deciding, async (request, reply) =>
    send(request, reply, (await demand(request.params.id)).row, {}),
  );

  app.post<ById>(`${PATH}/:id/visits`, deciding, async (request, reply) => {
    const { row, visits } = await demand(request.params.id);
    const typed = readForm(request.body);
    const read = form.read(request, clock(), typed);
    if ('faults' in read) return send(request, reply, row, typed, { faults: read.faults });
    let found: readonly FoundVisit[] | null = null;
    const fault = await faultOf(async () => {
      found = await ofMatomo(visits.find(read.trace));
    }, ['analytics_unavailable']);
    if (fault !== null) return send(request, reply, row, typed, { fault });
    await app.audit.record(request.actor, {
      action: 'request.visits_searched',
      object: { kind: 'request', id: row.id },
      details: { number: row.number, found: (found as readonly FoundVisit[] | null)?.length ?? null },
    });
    return send(request, reply, row, typed, { found });
  });

  app.post<ById>(`${PATH}/:id/visits/copy`, deciding, async (request, reply) => {
    const { row, visits } = await demand(request.params.id);
    if (!asksForData(row)) throw new AppError('not_found');
    const typed = readForm(request.body);
    const host = form.hostOf(typed);
    const numbers = form.ticked(typed);
    if (numbers.length === 0) return reply.redirect(pathOf(row), 303);
    const records = await ofMatomo(visits.collect(host, numbers, row.language));
    await app.audit.record(request.actor, {
      action: 'request.visits_exported',
      object: { kind: 'request', id: row.id },
      details: { number: row.number, visits: records.length },
    });
    const t = app.translates[row.language];
    const archive = dataArchive(
      { t, language: row.language, terms, at: clock(), siteName: request.site.name },
      [{ category: register.named(visits.category), records }],
    );
    const name = `${t('requests.visits.fileName')}-${row.number}`;
    return reply
      .header('Cache-Control', 'no-store')
      .header('Content-Disposition', `attachment; filename="${name}.zip"`)
      .type('application/zip')
      .send(archive);
  });

  app.post<ById>(`${PATH}/:id/visits/approval`, deciding, async (request, reply) => {
    const { row } = await demand(request.params.id);
    await requests.askForErasure(request.actor, row.id);
    return reply.redirect(withDone(`${PATH}/${row.id}`, 'request_erasure_asked'), 303);
  });

  app.post<ById>(`${PATH}/:id/visits/erasure`, deciding, async (request, reply) => {
    const { row, visits } = await demand(request.params.id);
    const typed = readForm(request.body);
    const host = form.hostOf(typed);
    const numbers = form.ticked(typed);
    if (numbers.length === 0) return reply.redirect(pathOf(row), 303);
    const fault = await faultOf(async () => {
      requests.demandVisitsErasable(request.actor, row);
      const count = await ofMatomo(visits.erase(host, numbers));
      await requests.noteErasedVisits(request.actor, row, count);
    }, [...shownFaults, 'analytics_unavailable']);
    if (fault !== null) return send(request, reply, row, typed, { fault });
    return reply.redirect(withDone(`${PATH}/${row.id}`, 'request_visits_erased'), 303);
  });
}

/** @throws AppError `analytics_unavailable` for whatever went wrong. */
async function ofMatomo<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (cause) {
    throw new AppError('analytics_unavailable', { cause });
  }
}
