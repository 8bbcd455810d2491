import type { FastifyInstance } from 'fastify';
import type { WorkerPool } from './worker-pool.ts';

/** Serves `/health/live` and `/health/ready`, to anybody. */
export function serveHealth(server: FastifyInstance, pool: WorkerPool): void {
  const open = { config: { open: true } };

  server.get('/health/live', open, () => ({ status: 'live' }));

  server.get('/health/ready', open, (_request, reply) => {
    const workers = {
      running: pool.slots.filter(({ running }) => running).length,
      wanted: pool.slots.length,
    };
    void reply.code(pool.ready ? 200 : 503);
    return { status: pool.ready ? 'ready' : 'not ready', workers };
  });
}
