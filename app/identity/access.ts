import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Actor } from '../audit/audit-log.ts';
import { isOwnOrigin } from '../edge/own-origin.ts';
import { AppError } from '../kernel/errors.ts';
import { type Permission, reachOf, type Scope } from '../kernel/permissions.ts';
import type { Person } from './person.ts';
import { scopeOf } from './person.ts';
import { confirmationPath, signInPath } from './return-path.ts';
import { bearerOf, type Service } from './service-tokens/service-token.ts';
import type { ServiceTokens } from './service-tokens/service-tokens.ts';
import { SESSION_COOKIE } from './session-cookie.ts';
import type { Session, Sessions } from './sessions.ts';

export interface AccessOptions {
  readonly sessions: Sessions;
  readonly serviceTokens: ServiceTokens;
  /** How long a confirmation lasts, in milliseconds. */
  readonly confirmedForMs: number;
  readonly clock: () => number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, or null for a guest. */
    person: Person | null;
    session: Session | null;
    /** The program that asks, on a route for `service`; null everywhere else. */
    service: Service | null;
    /** For the audit log. */
    readonly actor: Actor;
    /**
     * What the asking person's permission is limited to.
     *
     * @throws AppError `not_found` if they have none: the same as for what does not exist.
     */
    scope(permission: Permission): Scope;
    /** Who asks, on a route that only lets in who is signed in. */
    readonly signedIn: Person;
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets in whom a route's `access` names. Nobody is told of a route that is not for them: it answers like one that
 * does not exist; who is not signed in is asked to.
 */
export const access = fp<AccessOptions>(
  async (app, { sessions, serviceTokens, confirmedForMs, clock }) => {
    app.decorateRequest('person', null);
    app.decorateRequest('session', null);
    app.decorateRequest('service', null);
    app.decorateRequest('actor', {
      getter(): Actor {
        const { person, id } = this as FastifyRequest;
        return { kind: person ? 'person' : 'guest', id: person?.id ?? null, requestId: id };
      },
    });
    app.decorateRequest('signedIn', {
      getter(): Person {
        const { person } = this as FastifyRequest;
        if (person === null) throw new AppError('not_signed_in');
        return person;
      },
    });
    app.decorateRequest('scope', function scope(this: FastifyRequest, permission: Permission): Scope {
      const scope = scopeOf(this.signedIn, permission);
      if (scope === null) throw new AppError('not_found');
      return scope;
    });

    app.addHook('onRequest', async (request, reply) => {
      const { access, needsConfirmation, takesAnyForm, knowsVisitor = true } = request.routeOptions.config;
      if (access === 'service') {
        // What browsers send by themselves, as another site's form would make them, lets nobody in here.
        request.service = await serviceTokens.admit(bearerOf(request.headers.authorization));
        if (request.service === null) throw new AppError('service_token_needed');
        return;
      }
      if (!knowsVisitor || (takesAnyForm && request.method === 'POST')) return;
      if (access !== undefined && !SAFE_METHODS.has(request.method)) refuseForeignForms(request);
      const cookie = request.cookies[SESSION_COOKIE];
      if (cookie !== undefined) {
        request.session = await sessions.read(cookie);
        request.person = request.session?.person ?? null;
      }
      request.visitor = { name: request.person?.name ?? null, signInPath: signInPath(request.url) };
      // A page that does not exist is for anyone; it shows who is signed in, as one does that is not for them.
      if (access === undefined || access === 'anyone') return;
      if (request.session === null || request.person === null) {
        if (request.method !== 'GET') throw new AppError('not_signed_in');
        return reply.redirect(signInPath(request.url), 303);
      }
      if (access !== 'signed in' && reachOf(request.person.role, access) === null)
        throw new AppError('not_found');
      if (needsConfirmation && clock() - request.session.confirmedAt > confirmedForMs) {
        if (request.method !== 'GET') throw new AppError('confirmation_needed');
        return reply.redirect(confirmationPath(request.url), 303);
      }
    });
  },
  { name: 'access', dependencies: ['language', 'route-access'] },
);

/**
 * A page of another site could send a form of ours from its reader's browser (cross-site request forgery). Browsers
 * say where a request comes from (Fetch Metadata, section 2.4), or at least from which origin (Fetch, section 3.1);
 * one that says neither is refused.
 */
function refuseForeignForms(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined) {
    if (site === 'same-origin') return;
    throw new AppError('foreign_origin');
  }
  if (origin === undefined || !isOwnOrigin(origin, request)) throw new AppError('foreign_origin');
}
