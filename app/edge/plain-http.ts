import type { RequestListener } from 'node:http';
import { canonicalHostname, isOurHost } from './sites.ts';

/** Leads who typed no `https://` to the same address with it; only to this server, never elsewhere. */
export function redirectToHttps(names: ReadonlySet<string>): RequestListener {
  return (request, response) => {
    const { host } = request.headers;
    const { url } = request;
    response.setHeader('Cache-Control', 'no-store');
    if (host !== undefined && isOurHost(canonicalHostname(host), names) && url?.startsWith('/')) {
      response.writeHead(307, { Location: `https://${host}${url}` }).end();
      return;
    }
    response
      .writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' })
      .end('This port speaks HTTPS only: write https:// before the address.\n');
  };
}
