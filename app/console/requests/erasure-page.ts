import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../../kernel/errors.ts';
import type { RequestRow } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import { type ById, deciding, PATH, shownFaults } from './request-path.ts';

/** Erasure by a request: what would go and what the law keeps, asked for by one person and done by another. */
export function erasurePages(app: FastifyInstance, requests: Requests): void {
  const erasurePage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    row: RequestRow,
    fault: AppError | null = null,
  ) => {
    const { t, actor } = request;
    const counts = await requests.previewErasure(row);
    const isAsking = requests.needsTwoPeople && row.erasure_asked_by === null;
    if (fault) reply.code(fault.status);
    return reply.consolePage('console/requests/views/erasure.hbs', {
      title: t('requests.erasure.title', { number: row.number }),
      section: 'requests',
      path: `${PATH}/${row.id}`,
      back: t('requests.oneTitle', { number: row.number }),
      counts: counts.map(({ category, records, kept }) => ({
        title: t(`data.${category}.title`),
        records,
        kept,
      })),
      isAsking,
      isWaiting: requests.needsTwoPeople && row.erasure_asked_by === actor.id,
      submit: isAsking ? t('requests.erasure.ask') : t('requests.erasure.submit'),
      fault: fault && sentenceOf(request, fault),
    });
  };

  app.get<ById>(`${PATH}/:id/erasure`, deciding, async (request, reply) =>
    erasurePage(request, reply, await requests.find(request.params.id)),
  );

  app.post<ById>(`${PATH}/:id/erasure`, deciding, async (request, reply) => {
    const { actor } = request;
    const row = await requests.find(request.params.id);
    const isAsking = requests.needsTwoPeople && row.erasure_asked_by === null;
    const fault = await faultOf(
      () => (isAsking ? requests.askForErasure(actor, row.id) : requests.erase(actor, row.id)),
      shownFaults,
    );
    if (fault !== null) return erasurePage(request, reply, row, fault);
    return reply.redirect(
      withDone(`${PATH}/${row.id}`, isAsking ? 'request_erasure_asked' : 'request_erased'),
      303,
    );
  });
}
