import type { RequestListener } from 'node:http';
import { isIPv6 } from 'node:net';
import { canonicalHostname, isOurHost } from './sites.ts';

/**
 * Leads who typed no `https://` to the same address with it; only to this server, never elsewhere.
 *
 * @param httpsPort where they are led to; by default to the port that they asked.
 */
export function redirectToHttps(names: ReadonlySet<string>, httpsPort?: number): RequestListener {
  return (request, response) => {
    const { host } = request.headers;
    const { url } = request;
    response.setHeader('Cache-Control', 'no-store');
    if (host !== undefined && isOurHost(canonicalHostname(host), names) && url?.startsWith('/')) {
      const place = httpsPort === undefined ? host : atPort(canonicalHostname(host), httpsPort);
      response.writeHead(307, { Location: `https://${place}${url}` }).end();
      return;
    }
    response
      .writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' })
      .end('This port speaks HTTPS only: write https:// before the address.\n');
  };
}

function atPort(hostname: string, port: number): string {
  const host = isIPv6(hostname) ? `[${hostname}]` : hostname;
  return port === 443 ? host : `${host}:${port}`;
}
