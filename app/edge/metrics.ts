import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isLoopback } from '../../config/machine.ts';
import { AppError } from '../kernel/errors.ts';

export interface GaugeSource {
  /** Prometheus name, `linkello_` and unit included. */
  readonly name: string;
  readonly help: string;
  readonly read: () => number | Promise<number>;
}

export interface MetricsOptions {
  readonly gauges: readonly GaugeSource[];
  /** What only ever grows while the app runs; their names end in `_total`. */
  readonly counters: readonly GaugeSource[];
  /**
   * What other parts say by themselves, as text; one that does not answer within a second is left out. Of each, what
   * begins with its name is taken: the rest is about its process, as it is of ours.
   */
  readonly parts: readonly { readonly prefix: string; readonly read: () => Promise<string> }[];
}

/**
 * `/metrics` for Prometheus. It tells how much the appliance is used and by when people go home, and asks for no
 * password; so it answers this machine only, and everybody else as if it were not there. Who collects from another
 * machine runs the collector's agent here, or tunnels.
 */
export const metrics = fp<MetricsOptions>(
  async (app, { gauges, counters, parts }) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    for (const { name, help, read } of gauges) {
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    }
    for (const { name, help, read } of counters) {
      new Counter({
        name,
        help,
        registers: [registry],
        async collect() {
          const count = await read();
          this.reset();
          this.inc(count);
        },
      });
    }
    const durations = new Histogram({
      name: 'linkello_http_request_duration_seconds',
      help: 'How long requests took, by route.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
      registers: [registry],
    });
    app.addHook('onResponse', async (request, reply) => {
      durations.observe(
        { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
    });

    app.get(
      '/metrics',
      { config: { rateLimit: false, access: 'anyone', knowsVisitor: false } },
      async (request, reply) => {
        if (!comesFromHere(request)) throw new AppError('not_found');
        return reply
          .header('Cache-Control', 'no-store')
          .type(registry.contentType)
          .send([await registry.metrics(), ...(await Promise.all(parts.map(readPart)))].join('\n'));
      },
    );
  },
  { name: 'metrics' },
);

/** How long a part may take to say how it is, in milliseconds. */
const PART_MS = 1_000;

async function readPart({ prefix, read }: MetricsOptions['parts'][number]): Promise<string> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(''), PART_MS);
  try {
    const text = await Promise.race([read(), late.promise]);
    const isOwn = (line: string) => line.replace(/^# (HELP|TYPE) /, '').startsWith(prefix);
    return text
      .split('\n')
      .filter(isOwn)
      .map((line) => `${line}\n`)
      .join('');
  } catch {
    return '';
  } finally {
    clearTimeout(timer);
  }
}

/** A proxy on this machine speaks for others, and says so. */
function comesFromHere(request: FastifyRequest): boolean {
  const { forwarded, via, 'x-forwarded-for': forwardedFor } = request.headers;
  return isLoopback(request.ip) && forwarded === undefined && via === undefined && forwardedFor === undefined;
}
