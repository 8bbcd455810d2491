/**
 * Every fault that a person or a program can be told of. The sentences stand in `app/locales/*.json` under
 * `errors.<code>`; a test holds the two together.
 *
 * `status` is the HTTP status of the edge; on the socket the code alone goes out, in a reply.
 */
export const errorCatalogue = {
  /** The request does not fit its schema. */
  invalid_input: { family: 'invalid input', status: 400 },
  /** A name of nothing but blanks, or too long. */
  invalid_name: { family: 'invalid input', status: 400 },
  /** A room name without a letter or digit in it. */
  invalid_room_name: { family: 'invalid input', status: 400 },
  /** The message is none that the contract knows. */
  unknown_request: { family: 'invalid input', status: 400 },
  /** A request that needs `join` first, or a second `join`. */
  out_of_order: { family: 'conflict', status: 409 },
  /** Page and server are of different versions. */
  version_mismatch: { family: 'conflict', status: 409 },
  /** This source is already being sent. */
  already_sending: { family: 'conflict', status: 409 },
  /** Does not exist, or is not yours: the same answer. */
  not_found: { family: 'not found', status: 404 },
  /** The server was asked for under a name that is none of its own. */
  unknown_host: { family: 'not allowed', status: 421 },
  /** The request came from another site's page. */
  foreign_origin: { family: 'not allowed', status: 403 },
  /** Only for those who are signed in. */
  not_signed_in: { family: 'not signed in', status: 401 },
  /** A dangerous act, and the confirmation of who does it is too old. */
  confirmation_needed: { family: 'not signed in', status: 403 },
  /** Somebody else was quicker. */
  changed_meanwhile: { family: 'conflict', status: 409 },
  room_full: { family: 'limit', status: 409 },
  /** Params: `seconds` until it is worth trying again. */
  too_many_requests: { family: 'limit', status: 429 },
  /** The SFU does not answer, or lost the room. */
  media_unavailable: { family: 'unavailable', status: 503 },
  internal: { family: 'internal', status: 500 },
} as const satisfies Record<string, { family: ErrorFamily; status: number }>;

export type ErrorFamily =
  | 'invalid input'
  | 'not signed in'
  | 'not allowed'
  | 'not found'
  | 'conflict'
  | 'limit'
  | 'unavailable'
  | 'internal';

export type ErrorCode = keyof typeof errorCatalogue;

/** A fault of the catalogue. `params` fill the sentence; `cause` is for the log and never leaves the process. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(
    code: ErrorCode,
    options: { params?: Readonly<Record<string, string | number>>; cause?: unknown } = {},
  ) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.params = options.params ?? {};
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Any thrown value as a fault of the catalogue: what is not one of ours becomes `internal`, with its cause. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('internal', { cause: thrown });
}
