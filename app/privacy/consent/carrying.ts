import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { urlOf } from '../../edge/own-url.ts';
import { canonicalHostname } from '../../edge/sites.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newToken } from '../../kernel/single-use-token.ts';
import { forgetWay, keepWay, wayOf } from './decision-cookie.ts';
import type { HandOver } from './hand-over.ts';
import { ownPath } from './own-path.ts';

export interface CarryingOptions {
  readonly handOver: HandOver;
  /** The port that browsers open. */
  readonly port: number;
  readonly clock: Clock;
}

interface Query {
  readonly after?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly way?: unknown;
  readonly token?: unknown;
  readonly back?: unknown;
}

const WAY = /^[\w-]{43}$/;

const CARRY_PATH = '/cookies/carry';

/**
 * Where a browser goes that is to take its choice to the other sites of the group, one after the other.
 *
 * @param back a path of the site, where it goes then.
 */
export const carryPath = (back: string): string => `${CARRY_PATH}?${new URLSearchParams({ back })}`;

/**
 * Carries a choice from the site where it was made to the others of its group. No cookie of one site is seen on
 * another: the browser is led there and back, and brings a signed token.
 *
 * ```
 * A /cookies/carry ──▶ B /cookies/fetch   B gives the browser a random way, in a cookie of its own
 *                  ──▶ A /cookies/tell    A signs its choice, for B and that way alone
 *                  ──▶ B /cookies/take    B looks at token and cookie, keeps the choice, clears the way
 *                  ──▶ A /cookies/carry   and on to the next
 * ```
 */
export const carrying = fp<CarryingOptions>(
  async (app, { handOver, port, clock }) => {
    const { consent } = app;
    const anyone = { config: { access: 'anyone' } } as const;

    /** The site that was opened, and one of its group that the browser comes from or goes to. */
    const between = (request: FastifyRequest, other: unknown): { here: string; there: string } => {
      const here = canonicalHostname(request.host);
      const there = consent.hostsOf(request).find((each) => each === other && each !== here);
      if (there === undefined) throw new AppError('not_found');
      return { here, there };
    };
    const at = (host: string, path: string, values: Readonly<Record<string, string>>) =>
      urlOf(host, port, `${path}?${new URLSearchParams(values)}`);

    // A page and no redirect: browsers follow a form to no other site where the policy names one (CSP 3, section 6.4.2).
    app.get<{ Querystring: Query }>(CARRY_PATH, anyone, async (request, reply) => {
      const here = canonicalHostname(request.host);
      const hosts = consent.hostsOf(request).filter((each) => each !== here);
      const next = hosts[hosts.indexOf(String(request.query.after)) + 1];
      const back = ownPath(request.query.back);
      if (next === undefined || consent.decision(request) === null) return reply.redirect(back, 303);
      const href = at(next, '/cookies/fetch', { from: here, back });
      reply.header('Refresh', `0; url=${href}`);
      return reply.page('privacy/consent/views/carry.hbs', {
        title: request.t('consent.carry.title'),
        host: next,
        href,
        back,
      });
    });

    app.get<{ Querystring: Query }>('/cookies/fetch', anyone, async (request, reply) => {
      const { here, there } = between(request, request.query.from);
      const way = newToken().token;
      keepWay(reply, way);
      return reply
        .header('Cache-Control', 'no-store')
        .redirect(at(there, '/cookies/tell', { to: here, way, back: ownPath(request.query.back) }), 303);
    });

    app.get<{ Querystring: Query }>('/cookies/tell', anyone, async (request, reply) => {
      const { way } = request.query;
      const { here, there } = between(request, request.query.to);
      const decision = consent.decision(request);
      if (typeof way !== 'string' || !WAY.test(way) || decision === null) throw new AppError('not_found');
      const token = handOver.write({ from: here, to: there, way, decision }, clock());
      return reply
        .header('Cache-Control', 'no-store')
        .redirect(at(there, '/cookies/take', { token, back: ownPath(request.query.back) }), 303);
    });

    app.get<{ Querystring: Query }>('/cookies/take', anyone, async (request, reply) => {
      const here = canonicalHostname(request.host);
      const way = wayOf(request);
      const carried = way && handOver.take(request.query.token, { to: here, way }, clock());
      forgetWay(reply);
      if (!carried) throw new AppError('not_found');
      const { there } = between(request, carried.from);
      consent.adopt(request, reply, carried.decision);
      return reply
        .header('Cache-Control', 'no-store')
        .redirect(at(there, CARRY_PATH, { after: here, back: ownPath(request.query.back) }), 303);
    });
  },
  { name: 'choices-carrying', dependencies: ['consent'] },
);
