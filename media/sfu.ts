import type { FastifyBaseLogger } from 'fastify';
import { createCalls } from './calls.ts';
import { listenForControl } from './control-address.ts';
import { type ControlServerOptions, createControlServer, serveCalls } from './control-server.ts';
import { EventStream, type EventStreamOptions, serveEvents } from './events.ts';
import { serveHealth } from './health.ts';
import { Metrics, serveMetrics } from './metrics.ts';
import { Rooms } from './rooms.ts';
import { WorkerPool } from './worker-pool.ts';

export interface SfuOptions extends ControlServerOptions {
  /** Where the app controls the SFU: `HOST:PORT`, or the path of a Unix socket. */
  readonly control: string;
  readonly workers: number;
  /** UDP and TCP port of the first worker; each further one takes the next. */
  readonly port: number;
  readonly announcedAddresses: readonly string[];
  /** Bit rate towards each peer before the real one is measured, in kbit/s. */
  readonly initialKbps: number;
  /** Most that one peer may send, all sources together, in kbit/s. */
  readonly maxIncomingKbps: number;
  /** Most voices of a room that are forwarded at once, the loudest ones. 6 by default. */
  readonly voices?: number;
  /** Share of a core, 0 to 1, from which a worker gets no further room while another uses less. 1 by default. */
  readonly cpuLimit?: number;
  /** UDP ports that the relay sends from, to tell what is relayed; null, the default, without a relay. */
  readonly relayPorts?: { readonly min: number; readonly max: number } | null;
  readonly orphanMs?: EventStreamOptions['orphanMs'];
}

export interface Sfu {
  readonly log: FastifyBaseLogger;
  readonly pool: WorkerPool;
  /** Ends all rooms, lets calls that run be answered, and ends all workers. Calling it again changes nothing. */
  close(): Promise<void>;
}

/**
 * Starts the whole SFU.
 *
 * @throws {StartFault} when a worker cannot be started, its port or the control address cannot be had, or the announced
 * addresses do not fit this machine.
 */
export async function startSfu(options: SfuOptions): Promise<Sfu> {
  const { secret, log, workers, port, announcedAddresses, orphanMs, cpuLimit, relayPorts = null } = options;
  const server = await createControlServer({ secret, log });
  const pool = await WorkerPool.start({ workers, port, announcedAddresses, cpuLimit, log: server.log });
  const events = new EventStream({ orphanMs, onOrphaned: () => rooms.closeAll() });
  const rooms = new Rooms({
    pool,
    transport: { initialKbps: options.initialKbps, maxIncomingKbps: options.maxIncomingKbps },
    voices: options.voices ?? 6,
    emit: (event) => events.emit(event),
    log: server.log,
  });
  const metrics = new Metrics({ pool, rooms, events, relayPorts });

  let closing: Promise<void> | undefined;
  const close = async () => {
    // First of all, so that nothing that follows is reported as a worker's death.
    rooms.stop();
    await server.close();
    await pool.close();
  };

  try {
    serveEvents(server, events);
    serveHealth(server, pool);
    serveMetrics(server, metrics);
    serveCalls(server, {
      calls: createCalls(rooms, { pool, relayPorts }),
      onCall: (name, outcome, seconds) => metrics.observeCall(name, outcome, seconds),
    });
    await listenForControl(server, options.control);
    return {
      log: server.log,
      pool,
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
