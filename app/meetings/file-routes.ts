import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../kernel/errors.ts';
import { FILES_PATH, type FileRelay } from './file-relay.ts';

interface TokenRoute {
  Params: { token: string };
}

/** How files pass from one browser to another ({@link FileRelay}): the one posts what the other gets. */
export function fileRoutes(app: FastifyInstance, files: FileRelay): void {
  // Inside of its own scope: nowhere else is a body taken as it comes.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/octet-stream', (_request, bytes, done) => done(null, bytes));

    scope.get<TokenRoute>(
      `${FILES_PATH}/:token`,
      { config: { access: 'anyone', knowsVisitor: false } },
      async ({ params }, reply) => {
        const hungUp = new AbortController();
        reply.raw.once('close', () => hungUp.abort());
        const { file, delivery, signal } = await files.take(params.token, hungUp.signal);
        const out = new PassThrough();
        pipeline(delivery.bytes, out, { signal }).then(
          () => delivery.finished(true),
          () => delivery.finished(false),
        );
        // Whatever somebody sends is saved and never opened as a page of ours.
        return reply
          .type('application/octet-stream')
          .header('Content-Disposition', contentDisposition(file.name))
          .header('Content-Length', file.bytes)
          .header('Cache-Control', 'no-store')
          .send(out);
      },
    );

    scope.post<TokenRoute & { Body: IncomingMessage }>(
      `${FILES_PATH}/:token`,
      { config: { access: 'anyone' } },
      async ({ params, headers, body }, reply) => {
        const { bytes } = files.awaited(params.token);
        if (headers['content-length'] !== String(bytes)) throw new AppError('invalid_input');
        if (await files.deliver(params.token, body)) return reply.code(204).send();
        // The rest of the body is not read: the connection is of no more use.
        return reply.code(410).header('Connection', 'close').send();
      },
    );
  });
}
