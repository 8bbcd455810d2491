import { type IncomingHttpHeaders, request as requestPlainly } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { isIP, isIPv6 } from 'node:net';
import { text } from 'node:stream/consumers';
import { toPathFault } from './path-fault.ts';

export interface HttpQuestion {
  readonly address: string;
  readonly port: number;
  /** The name that is asked for, in TLS as well as in HTTP. */
  readonly host: string;
  readonly path: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks over TLS, whatever the certificate. @throws PathFault when no answer comes before the signal. */
export function askHttps(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
  const { host } = question;
  return ask(
    requestSecurely({
      ...options(question, signal),
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    }),
  );
}

/** @throws PathFault when no answer comes before the signal. */
export function askHttp(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
  return ask(requestPlainly(options(question, signal)));
}

function options({ address, port, host, path }: HttpQuestion, signal: AbortSignal) {
  const authority = isIPv6(host) ? `[${host}]` : host;
  return { host: address, port, path, signal, agent: false, headers: { host: `${authority}:${port}` } };
}

async function ask(asked: ReturnType<typeof requestPlainly>): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  asked.once('error', (error) => reject(toPathFault(error)));
  asked.once('response', (response) => {
    text(response).then(
      (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      (error) => reject(toPathFault(error)),
    );
  });
  asked.end();
  return promise;
}

/** A JSON object's members; none when it is no such text. */
export function members(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
