import { isIPv6 } from 'node:net';
import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import { canonicalHost } from '../../config/formats.ts';
import { isLoopback } from '../../config/machine.ts';
import { ownHosts } from './own-hosts.ts';
import { canonicalHostname } from './sites.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The whole address of a page of ours, for letters: under the host that was asked if it is one of our own, or else
     * under the first site's. Never what a Host header merely claims: a link that lets somebody in would then lead to
     * whoever wrote the header.
     */
    ownUrl(path: string): string;
  }
}

/** The whole address of a page. `host`: a name, or an address without brackets; `path` begins with a slash. */
export function urlOf(host: string, port: number, path: string): string {
  const authority = isIPv6(host) ? `[${host}]` : host;
  return new URL(path, `https://${authority}${port === 443 ? '' : `:${port}`}`).href;
}

/** Under which of our hosts a page's address is told to whoever asked from `ip` for `hostHeader`. */
function ownHostOf(
  config: Pick<Config, 'sites' | 'network'>,
  { hostHeader, ip }: { readonly hostHeader: string; readonly ip: string },
): string {
  const first = config.sites[0]?.host ?? 'localhost';
  const asked = canonicalHost(canonicalHostname(hostHeader));
  if (!ownHosts(config).some((each) => canonicalHost(each) === asked)) return first;
  // A letter is read anywhere; `localhost` means this machine to those alone who sit at it.
  const meansItself = asked === 'localhost' || isLoopback(asked);
  return meansItself && !isLoopback(ip) ? first : asked;
}

/** Lets requests tell the whole addresses of pages. */
export const ownUrls = fp<{ readonly config: Pick<Config, 'sites' | 'network' | 'https'> }>(
  async (app, { config }) => {
    app.decorateRequest('ownUrl', function ownUrl(path: string): string {
      const host = ownHostOf(config, { hostHeader: this.host, ip: this.ip });
      return urlOf(host, config.https.port, path);
    });
  },
  { name: 'own-urls' },
);
