import type { FastifyServerOptions } from 'fastify';

/** Where log lines go: standard output, or what a test reads. */
export interface LogStream {
  write(line: string): void;
}

/** One JSON object a line: `level` as a word, `time` as UTC, `msg`, then fields in camel case. */
export function loggerOptions(
  stream: LogStream = process.stdout,
): NonNullable<FastifyServerOptions['logger']> {
  return {
    level: 'info',
    stream,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
    serializers: {
      err: describeError,
      // Whole requests hold URLs, cookies and addresses.
      req: () => ({}),
      res: () => ({}),
    },
  };
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly [name: string]: unknown;
}

/** Of an error only what programmers write: other properties may hold what people sent. */
function describeError(thrown: unknown): ErrorDescription {
  if (!(thrown instanceof Error))
    return { type: typeof thrown, message: 'What was thrown is no error.', stack: '' };
  const { name, message, stack = '', cause } = thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return {
    type: name,
    message,
    ...(typeof code === 'string' && { code }),
    stack,
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}
