import fp from 'fastify-plugin';
import { AppError } from '../kernel/errors.ts';
import { canonicalHostname, isOurHost } from './sites.ts';

export interface HostsOptions {
  /** The names that the server is known under. */
  readonly names: ReadonlySet<string>;
}

/** Refuses requests for a name that is none of ours. Comes after `language`, so that the refusal can be read. */
export const hosts = fp<HostsOptions>(
  async (app, { names }) => {
    app.addHook('onRequest', async (request) => {
      if (!isOurHost(canonicalHostname(request.host), names)) throw new AppError('unknown_host');
    });
  },
  { name: 'hosts', dependencies: ['language'] },
);
