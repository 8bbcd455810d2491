import { createHash, timingSafeEqual } from 'node:crypto';
import websocket from '@fastify/websocket';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Calls } from './calls.ts';
import { DEADLINE_MS, type OperationName, operations } from './contract.ts';
import { MediaFault, toFault } from './fault.ts';

/** Largest request body, in bytes. A `joinRoom` from Chromium is about 10 kB. */
const MAX_BODY_BYTES = 128 * 1024;

/** Longest id in a path; longer ones match no route. */
const MAX_ID_LENGTH = 128;

/** Largest message from an event subscriber, in bytes; none is expected. */
const MAX_SUBSCRIBER_BYTES = 1_024;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anybody may ask, without the secret. */
    readonly open?: boolean;
  }
}

export interface ControlServerOptions {
  /** What every caller must know. */
  readonly secret: string;
  /** Where JSON log lines go: standard output by default, false for nowhere. */
  readonly log?: { write(line: string): void } | false | undefined;
}

/** An HTTP server that lets nobody in without the secret and answers every fault as the contract says. */
export async function createControlServer({
  secret,
  log = process.stdout,
}: ControlServerOptions): Promise<FastifyInstance> {
  const server = fastify({
    logger: log === false ? false : { level: 'info', stream: log, serializers: { req: withoutUrl } },
    // Its lines name the URL, and room ids in it are chosen by people.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    // How long a caller may take to send its request.
    requestTimeout: DEADLINE_MS,
    http: { headersTimeout: DEADLINE_MS, connectionsCheckingInterval: 1_000 },
    routerOptions: { maxParamLength: MAX_ID_LENGTH },
    exposeHeadRoutes: false,
    // Calls that come while the server ends are answered by the contract as well: the rooms know that they end.
    return503OnClosing: false,
    // A value of the wrong type is an error, not something to guess at; nothing is added or taken away.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    frameworkErrors: (error, _request, reply) => sendFault(reply, requestFault(error)),
  });

  // Before the check of the secret: the plug-in's own hook notes which connections it has to end when refused.
  await server.register(websocket, {
    options: { maxPayload: MAX_SUBSCRIBER_BYTES, perMessageDeflate: false },
    errorHandler: (_error, socket) => socket.terminate(),
    // Whoever has subscribers says goodbye to them.
    preClose: (done) => done(),
  });
  const isSecret = bearerCheck(secret);
  server.addHook('onRequest', async (request) => {
    if (request.routeOptions.config?.open || isSecret(request.headers.authorization)) return;
    throw new MediaFault('unauthorised');
  });
  server.setNotFoundHandler((_request, reply) => {
    sendFault(reply, new MediaFault('not_found', { detail: 'There is no such route.' }));
  });
  server.setErrorHandler((error, request, reply) => {
    const fault = isClientError(error) ? requestFault(error) : toFault(error);
    if (fault.code === 'internal') request.log.error({ err: fault.cause }, 'a control call failed');
    sendFault(reply, fault);
  });
  return server;
}

export interface ServedCalls {
  readonly calls: Calls;
  /** Told of every call: which, how it ended, and how long it took in seconds. */
  readonly onCall: (name: OperationName, outcome: string, seconds: number) => void;
}

/** Serves every operation of the contract, each within {@link DEADLINE_MS}. */
export function serveCalls(server: FastifyInstance, { calls, onCall }: ServedCalls): void {
  for (const name of Object.keys(operations) as OperationName[]) {
    const { method, path: url, params, body } = operations[name];
    // The table has this operation's input and its call under one name; TypeScript does not follow that in a loop.
    const call = calls[name] as (input: unknown, signal: AbortSignal) => unknown;
    server.route({
      method,
      url,
      schema: { params, ...(Object.keys(body.properties).length > 0 ? { body } : {}) },
      handler: async (request, reply) => {
        const startedAtMs = performance.now();
        let outcome = 'ok';
        try {
          const input = { ...(request.body ?? {}), ...(request.params ?? {}) };
          return await withinDeadline(reply, (signal) => call(input, signal));
        } catch (error) {
          const fault = toFault(error);
          outcome = fault.code;
          throw fault;
        } finally {
          onCall(name, outcome, (performance.now() - startedAtMs) / 1000);
        }
      },
    });
  }
}

/** Runs `work` until it ends, its time is over or its caller has gone; `work` is told of the last two. */
async function withinDeadline<Result>(
  reply: FastifyReply,
  work: (signal: AbortSignal) => Result | Promise<Result>,
): Promise<Result> {
  const giveUp = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const fault = new MediaFault('deadline_exceeded');
    giveUp.abort(fault);
    late.reject(fault);
  }, DEADLINE_MS);
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) giveUp.abort();
  });
  try {
    return await Promise.race([work(giveUp.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Compares digests, so that neither the place of a wrong character nor the length can be told from the time. */
function bearerCheck(secret: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${secret}`);
  return (authorization = '') => timingSafeEqual(digest(authorization), expected);
}

/** A fault that Fastify found in the request itself: not JSON, too large, against the schema. */
function isClientError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('statusCode' in error)) return false;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}

function requestFault(error: Error): MediaFault {
  return new MediaFault('invalid', { detail: error.message, cause: error });
}

function sendFault(reply: FastifyReply, fault: MediaFault): void {
  void reply.code(fault.status).type('application/problem+json').send(JSON.stringify(fault.problem));
}

function withoutUrl(request: FastifyRequest) {
  return { method: request.method, route: request.routeOptions?.url };
}
