import { Readable } from 'node:stream';
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { networkOf } from '../edge/network-address.ts';
import { MINUTE_MS } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import type { MatomoServer } from './matomo-server.ts';

/** Where the app shows Matomo; Matomo's own settings say the same (analytics/render.ts). */
const PATH = '/analytics';

/** Of Matomo's session: the one cookie of its that gets to the browser, and the one cookie that gets to Matomo. */
const SESSION = 'MATOMO_SESSID';

/** Forms of Matomo's pages are small. */
const LARGEST_FORM_BYTES = 1_000_000;

/** Its one program for people. Not matomo.php: visits are counted by the server alone. */
const PROGRAM = /^\/(?:index\.php)?$/;
/** Styles, scripts, pictures and fonts of its pages; the same list as in analytics/apache.conf. No folder is dots. */
const FILE =
  /^\/(?:plugins|libs|node_modules)\/(?:(?!\.+\/)[\w@.-]+\/)*(?:[\w@.-]+\.(?:css|js|gif|ico|jpe?g|png|svg|ttf|woff2?)|manifest\.json)$/;

/** What Matomo is told of a request. Not who is signed in here, nor by which address. */
const TOLD = [
  'accept',
  'accept-language',
  'content-length',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'origin',
  'referer',
  'user-agent',
  'x-requested-with',
];
/** What of Matomo's answer gets to the browser. */
const ANSWERED = new Set([
  'cache-control',
  'content-disposition',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'location',
  'vary',
]);

/** Matomo's pages hold scripts and make code of texts. Even so they load nothing from elsewhere and are in no frame. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "base-uri 'self'",
].join(';');

export interface AnalyticsProxyOptions {
  /** Null where there is none: every address below answers that it does not exist. */
  readonly matomo: MatomoServer | null;
  /** The port of the pages. */
  readonly port: number;
}

/**
 * Matomo's pages at `/analytics/`, for those who may see the audience: the app lets them through and Matomo asks for its
 * own login. By an allow-list of addresses; everything else does not exist.
 */
export const analyticsProxy = fp<AnalyticsProxyOptions>(
  async (app, options) => {
    // Encapsulated: forms go through as they are, and are not read.
    await app.register(async (inner) => pass(inner, options));
  },
  { name: 'analytics-proxy', dependencies: ['access'] },
);

async function pass(app: FastifyInstance, { matomo, port }: AnalyticsProxyOptions): Promise<void> {
  app.removeAllContentTypeParsers();
  // Taken whole, as that is what is held to a limit; handed on as a stream, as what is no stream would be made JSON.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, Readable.from([body])),
  );
  await app.register(replyFrom, {
    base: matomo?.origin ?? 'http://localhost',
    disableCache: true,
    disableRequestLogging: true,
    // Its own connections, and no retry: what hangs is told to whoever looks.
    http: { requestOptions: { timeout: MINUTE_MS } },
    retryMethods: [],
  });
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const [path = ''] = request.url.split('?');
    // Links of its pages are relative to the folder.
    if (path === PATH && matomo !== null) return reply.redirect(`${PATH}/`, 303);
    const asked = path.slice(PATH.length);
    const isAllowed = PROGRAM.test(asked) || (request.method === 'GET' && FILE.test(asked));
    if (matomo === null || !isAllowed) throw new AppError('not_found');
    return reply.from(asked, {
      rewriteRequestHeaders: () => toldOf(request, port),
      rewriteHeaders: (headers) => {
        keepSession(reply, headers);
        return answeredOf(headers);
      },
      onError: (_, { error }) => {
        void reply.send(new AppError('analytics_unavailable', { cause: error }));
      },
    });
  };
  const config = { access: 'audience.open' } as const;
  for (const url of [PATH, `${PATH}/*`]) {
    app.get(url, { config }, answer);
    app.post(url, { config, bodyLimit: LARGEST_FORM_BYTES }, answer);
  }
}

function toldOf(request: FastifyRequest, port: number): Record<string, string> {
  const { host } = request.site;
  const shown = `${host.includes(':') ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}`;
  const session = request.cookies[SESSION];
  const told = TOLD.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(told),
    host: shown,
    'x-forwarded-host': shown,
    'x-forwarded-for': networkOf(request.ip),
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': PATH,
    ...(session !== undefined && { cookie: `${SESSION}=${session}` }),
  };
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function answeredOf(headers: Headers): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => ANSWERED.has(name) && value !== undefined);
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    'content-security-policy': POLICY,
  };
}

/** Sets Matomo's session for its own pages, until the browser is closed. */
function keepSession(reply: FastifyReply, headers: Headers): void {
  const set = Object.entries(headers).filter(([name]) => /^set-cookie$/.test(name));
  for (const line of set.flatMap(([, lines]) => lines ?? [])) {
    const [, value] = /^MATOMO_SESSID=([\w,-]{1,200})(?:;|$)/.exec(line) ?? [];
    const attributes = { path: `${PATH}/`, secure: true, httpOnly: true, sameSite: 'lax' } as const;
    if (value !== undefined) reply.setCookie(SESSION, value, attributes);
  }
}
