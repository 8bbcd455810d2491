import { isIPv6 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '../edge/network-address.ts';
import type { Language } from '../kernel/languages.ts';

/** One page that was opened, as far as Matomo is told. It names nobody, and nothing that somebody typed. */
export interface Hit {
  /** Which site, as Matomo's own sites are known: an IPv6 address has its brackets. */
  readonly host: string;
  /** The pattern of the route, `/r/:name`: what stood in its place stays here. */
  readonly route: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The network that its reader is in. */
  readonly network: string;
  /** What their browser calls itself. */
  readonly browser: string;
  /** The language that they got. */
  readonly language: Language;
  /** The site that led here, without what was looked at there; null for none or one of ours. */
  readonly cameFrom: string | null;
}

const LONGEST_BROWSER = 400;
const LONGEST_ORIGIN = 100;

/**
 * The hit that an answer makes; null for what is no page opened by a person: forms, redirects, errors, pictures, what a
 * browser fetches ahead, programs that say whom to write to. Pages for those who work here are not counted either: how
 * they do their work is not what the audience is measured for.
 */
export function hitOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { at, isOwnHost }: { readonly at: number; readonly isOwnHost: (hostname: string) => boolean },
): Hit | null {
  const { url: route, config } = request.routeOptions;
  const isPage =
    request.method === 'GET' &&
    reply.statusCode === 200 &&
    String(reply.getHeader('content-type')).startsWith('text/html');
  if (!isPage || route === undefined || config.access !== 'anyone' || isFetchedAhead(request)) return null;
  const browser = browserOf(request.headers['user-agent']);
  if (browser === null) return null;
  const { host } = request.site;
  return {
    host: isIPv6(host) ? `[${host}]` : host,
    route,
    at,
    network: networkOf(request.ip),
    browser,
    language: request.language,
    cameFrom: originOf(request.headers.referer, isOwnHost),
  };
}

/** Of the `sec-purpose` of today's browsers (Fetch, section 2.3) and the `purpose` of yesterday's. */
function isFetchedAhead({ headers }: FastifyRequest): boolean {
  return [headers['sec-purpose'], headers.purpose].some((purpose) =>
    /prefetch|prerender/.test(String(purpose)),
  );
}

/** Robots leave an address of their makers; no browser does. */
function browserOf(header: string | undefined): string | null {
  if (header === undefined || /[@\p{Cc}]|https?:/u.test(header)) return null;
  return header.slice(0, LONGEST_BROWSER) || null;
}

function originOf(referer: string | undefined, isOwnHost: (hostname: string) => boolean): string | null {
  const url = URL.parse(referer ?? '');
  if (url === null || !/^https?:$/.test(url.protocol) || isOwnHost(url.hostname)) return null;
  const origin = `${url.origin}/`;
  return origin.length > LONGEST_ORIGIN ? null : origin;
}

/**
 * A hit as Matomo's tracking API takes it. There is no other field; the package adds `idsite` and `rec`.
 *
 * @see https://developer.matomo.org/api-reference/tracking-api
 */
export function trackingFields(hit: Hit, port: number): Record<string, string | number> {
  return {
    apiv: 1,
    url: `https://${hit.host}${port === 443 ? '' : `:${port}`}${hit.route}`,
    cip: hit.network,
    ua: hit.browser,
    lang: hit.language,
    cdt: Math.floor(hit.at / 1000),
    ...(hit.cameFrom !== null && { urlref: hit.cameFrom }),
  };
}
