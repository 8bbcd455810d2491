import fp from 'fastify-plugin';
import Negotiator from 'negotiator';
import { AppError } from '../kernel/errors.ts';
import type { ClientBuild } from './client-build.ts';
import { effectPolicies } from './security-headers.ts';

export interface AssetsOptions {
  readonly client: ClientBuild;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The address of a file of the client, by the name that does not change: `room.js`. Throws for an unknown one. */
    assetPath(name: string): string;
  }
}

/** Serves the browser's code, styles and images from memory. */
export const assets = fp<AssetsOptions>(
  async (app, { client }) => {
    app.decorate('assetPath', (name: string) => {
      const file = client.names.get(name);
      if (file === undefined) throw new TypeError(`The client has no file ${name}.`);
      return `/assets/${file}`;
    });

    app.get<{ Params: { name: string } }>(
      '/assets/:name',
      { config: { rateLimit: false, access: 'anyone', knowsVisitor: false } },
      async (request, reply) => {
        const file = client.files.get(request.params.name);
        if (file === undefined) throw new AppError('not_found');
        // The name holds a hash of the content, so it never changes (RFC 8246).
        reply.header('Cache-Control', 'public, max-age=31536000, immutable').type(file.contentType);
        // A worker goes by the policy that it came with, not by its page's (HTML, "run a worker").
        if (client.workers.has(request.params.name))
          reply.header('Content-Security-Policy', effectPolicies.worker);
        if (file.brotli === null && file.gzip === null) return file.body;

        reply.header('Vary', 'Accept-Encoding');
        const accepted = new Negotiator(request.raw).encodings(['br', 'gzip']);
        const [encoding, packed] = accepted.includes('br') ? ['br', file.brotli] : ['gzip', file.gzip];
        if (packed === null || !accepted.includes(encoding)) return file.body;
        reply.header('Content-Encoding', encoding);
        return packed;
      },
    );

    // Some browsers ask for it whatever the page says.
    app.get(
      '/favicon.ico',
      { config: { rateLimit: false, access: 'anyone', knowsVisitor: false } },
      async (_request, reply) => reply.redirect(app.assetPath('icon.svg'), 302),
    );

    // Everything may be read: a room is kept out of indexes by its X-Robots-Tag, which a crawler that may not read
    // the room would never see.
    app.get(
      '/robots.txt',
      { config: { rateLimit: false, access: 'anyone', knowsVisitor: false } },
      async (_request, reply) => reply.type('text/plain; charset=utf-8').send('User-agent: *\nDisallow:\n'),
    );
  },
  { name: 'assets' },
);
