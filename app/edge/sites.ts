import { isIP } from 'node:net';
import fp from 'fastify-plugin';
import type { Site } from '../../config/sections/sites.ts';

export interface SitesOptions {
  /** At least one; the first answers for every host that is none of them. */
  readonly sites: readonly Site[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The site that the reader opened. */
    site: Site;
  }
}

/** A Host header as configuration and certificate write it: small letters, no port, no brackets, no last dot. */
export function canonicalHostname(hostHeader: string): string {
  const bare = /^\[([^\]]*)\](?::\d*)?$/.exec(hostHeader)?.[1] ?? hostHeader.replace(/:\d*$/, '');
  return bare.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether this server is meant when somebody asks for `hostname`. An address always is: it leads here, whatever
 * DHCP made of it meanwhile. A name must be one of ours; otherwise any website could point a name of its own at a
 * machine in its reader's network and read what the machine answers (DNS rebinding).
 */
export function isOurHost(hostname: string, names: ReadonlySet<string>): boolean {
  return names.has(hostname) || isIP(hostname) !== 0;
}

/** Tells by the Host header which site a request is for. */
export const sites = fp<SitesOptions>(
  async (app, options) => {
    const [first] = options.sites;
    if (first === undefined) throw new TypeError('There must be at least one site.');
    const byHost = new Map(options.sites.map((site) => [site.host, site]));
    app.decorateRequest('site', null as unknown as Site);
    app.addHook('onRequest', async (request) => {
      request.site = byHost.get(canonicalHostname(request.host)) ?? first;
    });
  },
  { name: 'sites' },
);
