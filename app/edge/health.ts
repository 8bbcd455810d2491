import fp from 'fastify-plugin';

export interface HealthOptions {
  /** What the app cannot work without, by name; each answers whether it is there. */
  readonly needs: Readonly<Record<string, () => boolean>>;
}

/**
 * For whoever watches the process: `/health/live` says that it answers, `/health/ready` that a call can be held.
 * Ready is 503 while something it needs is away; restarting the app would not help then.
 */
export const health = fp<HealthOptions>(
  async (app, { needs }) => {
    const quiet = { config: { rateLimit: false, access: 'anyone', knowsVisitor: false } } as const;
    app.get('/health/live', quiet, async (_request, reply) => {
      reply.header('Cache-Control', 'no-store');
      return { status: 'live' };
    });
    app.get('/health/ready', quiet, async (_request, reply) => {
      reply.header('Cache-Control', 'no-store');
      const missing = Object.keys(needs).filter((name) => !needs[name]?.());
      if (missing.length === 0) return { status: 'ready' };
      return reply.code(503).send({ status: 'not ready', missing });
    });
  },
  { name: 'health' },
);
