import fp from 'fastify-plugin';
import { AppError } from '../kernel/errors.ts';
import { isOwnOrigin } from './own-origin.ts';

/**
 * Keeps sockets to where they belong. On a route that is none of them the WebSocket plugin would open one, write the
 * URL into the log and close it again; and what is refused before that plugin sees it would stay open for good,
 * because Node leaves a connection to whoever takes its upgrade.
 *
 * And to whom: a page of another site could open a socket of ours from its reader's browser (cross-site WebSocket
 * hijacking). Browsers always name the page's origin, so it must be our own; programs that name none are no browsers.
 */
export const upgrades = fp(
  async (app) => {
    const routes = new Set<string>();
    app.addHook('onRoute', (route) => {
      if (route.websocket) routes.add(route.url);
    });
    app.addHook('onRequest', async (request) => {
      const { upgrade, origin } = request.headers;
      if (upgrade === undefined) return;
      if (!routes.has(request.routeOptions.url ?? '')) throw new AppError('not_found');
      if (origin !== undefined && !isOwnOrigin(origin, request)) throw new AppError('foreign_origin');
    });
    // Never comes for an upgrade that was taken.
    app.addHook('onResponse', async (request) => {
      if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
    });
  },
  { name: 'upgrades', dependencies: ['language'] },
);
