import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { cutAddress } from './network-address.ts';

/**
 * What the log keeps of a request: one line when it is over, with the pattern of its route and never its address. A
 * URL names a room, a query may hold a token, and a browser's name helps to recognise a person.
 */
export class RequestLog extends LogController {
  readonly #logAddresses: 'cut' | 'off';

  constructor(logAddresses: 'cut' | 'off') {
    super({ requestIdLogLabel: 'requestId' });
    this.#logAddresses = logAddresses;
  }

  override incomingRequest(): void {}

  override requestCompleted(
    fault: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        ...(this.#logAddresses === 'cut' && { address: cutAddress(request.ip) }),
        ...(fault && { aborted: true }),
      },
      'request',
    );
  }

  /** The error handler of ours logs what it answers. */
  override defaultErrorLog(): void {}

  override routeNotFound(): void {}

  override streamError(fault: Error, request: FastifyRequest): void {
    request.log.warn({ err: fault }, 'an answer broke off');
  }

  override writeHeadError(fault: Error, request: FastifyRequest): void {
    request.log.error({ err: fault }, 'an answer could not be written');
  }

  override serializerError(fault: Error, request: FastifyRequest): void {
    request.log.error({ err: fault }, 'an answer could not be written');
  }
}
