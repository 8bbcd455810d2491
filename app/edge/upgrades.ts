import fp from 'fastify-plugin';
import { AppError } from '../kernel/errors.ts';

/**
 * Keeps sockets to where they belong. On a route that is none of them the WebSocket plugin would open one, write the
 * URL into the log and close it again; and what is refused before that plugin sees it would stay open for good,
 * because Node leaves a connection to whoever takes its upgrade.
 */
export const upgrades = fp(
  async (app) => {
    const routes = new Set<string>();
    app.addHook('onRoute', (route) => {
      if (route.websocket) routes.add(route.url);
    });
    app.addHook('onRequest', async (request) => {
      if (request.headers.upgrade === undefined || routes.has(request.routeOptions.url ?? '')) return;
      throw new AppError('not_found');
    });
    // Never comes for an upgrade that was taken.
    app.addHook('onResponse', async (request) => {
      if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
    });
  },
  { name: 'upgrades', dependencies: ['language'] },
);
