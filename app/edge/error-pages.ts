import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import Negotiator from 'negotiator';
import { AppError, toAppError } from '../kernel/errors.ts';

/** How soon a page that needs the SFU tries again, in seconds. */
const MEDIA_RETRY_SECONDS = 3;

/**
 * Answers every fault of a request: with a page where a browser asked for one, with problem+json (RFC 9457) where a
 * program asked. Both have the sentence, what can be done, and the number under which the log has the cause.
 */
export const errorPages = fp(
  async (app) => {
    app.setErrorHandler(async (thrown, request, reply) => {
      const fault = toFault(thrown);
      record(fault, request);
      reply.code(fault.status).header('Cache-Control', 'no-store');
      const retrySeconds = retryAfterSeconds(fault);
      if (retrySeconds !== null) reply.header('Retry-After', retrySeconds);
      if (!wantsPage(request)) return sendProblem(fault, request, reply);

      const refreshes = fault.code === 'media_unavailable';
      if (refreshes) reply.header('Refresh', MEDIA_RETRY_SECONDS);
      try {
        return await reply.page('edge/views/error.hbs', {
          title: request.t(`errors.${fault.code}.sentence`, fault.params),
          remedy: request.t(`errors.${fault.code}.remedy`, fault.params),
          requestId: request.id,
          refreshes,
        });
      } catch (second) {
        // The fault is in what all pages are made of.
        request.log.error({ err: second }, 'the page of an error could not be made');
        return sendProblem(fault, request, reply);
      }
    });

    // Without a limit one could look for addresses as fast as the line allows.
    app.setNotFoundHandler({ preHandler: app.limitMisses }, async () => {
      throw new AppError('not_found');
    });
  },
  { name: 'error-pages', dependencies: ['views', 'rate-limits'] },
);

/** Fastify's own refusals (a body too large, a media type it does not know) are the sender's faults, not ours. */
function toFault(thrown: unknown): AppError {
  const { code, statusCode = 500 } = (thrown ?? {}) as Partial<FastifyError>;
  const isRefusal = typeof code === 'string' && code.startsWith('FST_') && statusCode < 500;
  return isRefusal ? new AppError('invalid_input', { cause: thrown }) : toAppError(thrown);
}

function record(fault: AppError, request: FastifyRequest): void {
  if (fault.code === 'internal') request.log.error({ err: fault.cause ?? fault }, 'a request failed');
  if (fault.code === 'media_unavailable') request.log.warn({ err: fault.cause ?? fault }, 'the SFU is away');
}

function retryAfterSeconds(fault: AppError): number | null {
  if (fault.code === 'media_unavailable') return MEDIA_RETRY_SECONDS;
  const { seconds } = fault.params;
  return typeof seconds === 'number' ? seconds : null;
}

/** Browsers that load a page name HTML; programs name JSON, or take anything. */
function wantsPage(request: FastifyRequest): boolean {
  if (!/\btext\/html\b/i.test(request.headers.accept ?? '')) return false;
  return new Negotiator(request.raw).mediaType(['text/html', 'application/json']) === 'text/html';
}

function sendProblem(fault: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .header('Content-Language', request.language)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        status: fault.status,
        code: fault.code,
        title: request.t(`errors.${fault.code}.sentence`, fault.params),
        detail: request.t(`errors.${fault.code}.remedy`, fault.params),
        requestId: request.id,
      }),
    );
}
