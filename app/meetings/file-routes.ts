import type { IncomingMessage } from 'node:http';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../kernel/errors.ts';
import { FILES_PATH, type FileRelay } from './file-relay.ts';

interface TokenRoute {
  Params: { token: string };
}

interface PartRoute extends TokenRoute {
  Querystring: { from?: string };
  Body: IncomingMessage | null;
}

/** Parts of files that one address (an office, often) may send within a minute: about 50 MB a second. */
const PARTS_A_MINUTE = 6_000;

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
        const { file, bytes } = await files.take(params.token, hungUp.signal);
        // Whatever somebody sends is saved and never opened as a page of ours.
        return reply
          .type('application/octet-stream')
          .header('Content-Disposition', contentDisposition(file.name))
          .header('Content-Length', file.bytes)
          .header('Cache-Control', 'no-store')
          .send(bytes);
      },
    );

    scope.post<PartRoute>(
      `${FILES_PATH}/:token`,
      { config: { access: 'anyone', rateLimit: { max: PARTS_A_MINUTE } } },
      async ({ params, query, headers, body }, reply) => {
        if (body === null) throw new AppError('invalid_input');
        const [from, length] = [countOf(query.from), countOf(headers['content-length'])];
        await files.deliver(params.token, { from, length, bytes: body });
        return reply.code(204).send();
      },
    );
  });
}

/** A number of bytes. @throws AppError `invalid_input` */
function countOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,12}$/.test(text)) throw new AppError('invalid_input');
  return Number(text);
}
