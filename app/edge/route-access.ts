import type { RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { Permission } from '../kernel/permissions.ts';

/**
 * Who may use a route: `anyone`, everybody who is signed in, those with a permission, or the programs that bring a
 * service token, for whom no cookie counts.
 */
export type Access = 'anyone' | 'signed in' | 'service' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says it; one that does not is refused when it is registered. */
    access?: Access;
    /** A dangerous act: whoever does it has confirmed who they are a short while ago. Default: no. */
    needsConfirmation?: boolean;
    /**
     * Takes a form of whoever sends it, as mailers do that end a subscription with one click (RFC 8058): nobody's
     * session is looked at, and the address itself is the proof. Default: no.
     */
    takesAnyForm?: boolean;
    /** False where nobody asks who it is, as for styles: no session is looked up. Default: true. */
    knowsVisitor?: boolean;
  }
  interface FastifyInstance {
    /** Every route, for the test that tries all of them as everybody. */
    readonly routeTable: readonly RouteEntry[];
  }
}

export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  readonly needsConfirmation: boolean;
  readonly takesAnyForm: boolean;
  /** Whether it opens a WebSocket and answers nothing else. */
  readonly isSocket: boolean;
}

/** Keeps the list of routes, and refuses one that does not say who may use it. */
export const routeAccess = fp(
  async (app) => {
    const routeTable: RouteEntry[] = [];
    app.decorate('routeTable', routeTable);
    app.addHook('onRoute', ({ method, url, config, websocket }: RouteOptions) => {
      if (config?.access === undefined)
        throw new TypeError(`The route ${method} ${url} does not say who may use it.`);
      for (const each of [method].flat()) {
        routeTable.push({
          method: each,
          url,
          access: config.access,
          needsConfirmation: config.needsConfirmation ?? false,
          takesAnyForm: config.takesAnyForm ?? false,
          isSocket: websocket ?? false,
        });
      }
    });
  },
  { name: 'route-access' },
);
