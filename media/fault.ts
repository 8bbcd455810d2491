import { NotFoundError, WorkerClosedError } from 'mediasoup/errors';
import type { Fault, FaultCode } from './contract.ts';

const faults: Record<FaultCode, { status: number; title: string }> = {
  invalid: { status: 400, title: 'The request is not valid.' },
  unauthorised: { status: 401, title: 'The secret is missing or wrong.' },
  not_found: { status: 404, title: 'There is no such thing.' },
  conflict: { status: 409, title: 'This has been done already.' },
  internal: { status: 500, title: 'The SFU failed.' },
  worker_lost: { status: 503, title: 'The worker of this room was lost.' },
  deadline_exceeded: { status: 504, title: 'The worker did not answer in time.' },
};

/** A fault of the contract. `detail` goes to the caller; `cause` is for the log and never leaves the process. */
export class MediaFault extends Error {
  override readonly name = 'MediaFault';
  readonly code: FaultCode;
  readonly detail: string | undefined;

  constructor(code: FaultCode, options: { detail?: string; cause?: unknown } = {}) {
    super(
      options.detail ?? faults[code].title,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.detail = options.detail;
  }

  get status(): number {
    return faults[this.code].status;
  }

  /** As it is sent: problem+json (RFC 9457) with our `code`. */
  get problem(): Fault {
    const { status, title } = faults[this.code];
    return { status, code: this.code, title, ...(this.detail === undefined ? {} : { detail: this.detail }) };
  }
}

/** Any thrown value as a fault of the contract: what nobody foresaw becomes `internal`, with its cause. */
export function toFault(thrown: unknown): MediaFault {
  if (thrown instanceof MediaFault) return thrown;
  if (thrown instanceof WorkerClosedError) return new MediaFault('worker_lost', { cause: thrown });
  if (thrown instanceof NotFoundError) return new MediaFault('not_found', { cause: thrown });
  return new MediaFault('internal', { cause: thrown });
}

/** Runs `check` on values that a peer sent: a refusal becomes `invalid`, with mediasoup's sentence as detail. */
export function refuseUnfit<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (thrown) {
    throw asInvalid(thrown);
  }
}

/** {@link refuseUnfit} for work that the worker takes part in. */
export async function refuseUnfitAsync<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw asInvalid(thrown);
  }
}

/**
 * mediasoup has a TypeError or an UnsupportedError for most of what does not fit together; its worker has a plain
 * Error for some of it, such as a stream id that is in use.
 */
function asInvalid(thrown: unknown): unknown {
  const isOther =
    !(thrown instanceof Error) ||
    thrown instanceof MediaFault ||
    thrown instanceof WorkerClosedError ||
    thrown instanceof NotFoundError;
  return isOther ? thrown : new MediaFault('invalid', { detail: thrown.message, cause: thrown });
}
