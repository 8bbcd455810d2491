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
  /** An attestation is not what was sealed: somebody changed the database. */
  seal_broken: { family: 'conflict', status: 409 },
  /** Matomo does not answer. */
  analytics_unavailable: { family: 'unavailable', status: 503 },
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
  /** No room has this name, and nobody may open one just so. */
  room_unknown: { family: 'not found', status: 404 },
  /** The room is for people of its organisation, and nobody knows who this is. */
  sign_in_needed: { family: 'not signed in', status: 401 },
  /** The room takes nobody in any more. */
  room_expired: { family: 'not allowed', status: 403 },
  /** Outside of the room's opening hours. Params: `opens`, a sentence that says when, or empty. */
  room_closed: { family: 'not allowed', status: 403 },
  invitation_needed: { family: 'not allowed', status: 403 },
  /** Revoked, expired, or replaced by another link. */
  invitation_over: { family: 'not allowed', status: 403 },
  /** The room is for people of an organisation that is not theirs. */
  other_organisation: { family: 'not allowed', status: 403 },
  /** A host let nobody else into this meeting. */
  meeting_locked: { family: 'not allowed', status: 403 },
  /** Only a host may do that. */
  host_needed: { family: 'not allowed', status: 403 },
  /** Their role in the meeting is as high as one's own, or higher. */
  role_too_high: { family: 'not allowed', status: 403 },
  /** A host does not allow it, to all or to this one. */
  forbidden_by_host: { family: 'not allowed', status: 403 },
  /** A host took them out of this meeting. */
  removed_from_meeting: { family: 'not allowed', status: 403 },
  /** The appliance passes no files on (`meetings.files`). */
  files_off: { family: 'not allowed', status: 403 },
  /** Params: `megabytes` that a file may have. */
  file_too_large: { family: 'limit', status: 413 },
  /** One participant offers as many as may. */
  too_many_files: { family: 'limit', status: 409 },
  /** Nobody changes their own role, or blocks or deletes themselves. */
  own_account: { family: 'conflict', status: 409 },
  own_organisation: { family: 'conflict', status: 409 },
  /** Somebody must be left who can do everything. */
  last_owner: { family: 'conflict', status: 409 },
  /** Somebody whom the asker sees has this address. */
  person_exists: { family: 'conflict', status: 409 },
  /** The address is taken by somebody whom the asker may not be told of. */
  address_not_usable: { family: 'conflict', status: 409 },
  organisation_exists: { family: 'conflict', status: 409 },
  /** Nothing about them may be erased until a legal hold ends. */
  on_legal_hold: { family: 'conflict', status: 409 },
  /** A request is answered to nobody whose identity was not seen. */
  identity_not_checked: { family: 'conflict', status: 409 },
  /** Who asked for an erasure does not approve it. */
  second_person_needed: { family: 'conflict', status: 409 },
  /** Whoever made a request must be told within the first month. */
  too_late_to_extend: { family: 'conflict', status: 409 },
  /** One address has no more open at once than app/privacy/requests/requests.ts says. */
  too_many_requests_open: { family: 'limit', status: 409 },
  /** An import that was done, or is older than an hour. */
  import_over: { family: 'conflict', status: 409 },
  /** An appointment that was held, missed or cancelled, or whose time is over. */
  appointment_over: { family: 'conflict', status: 409 },
  /** An appointment has this time already. */
  slot_taken: { family: 'conflict', status: 409 },
  /** Free times of an area, or of a clinician there, do not lie within one another. */
  slots_overlap: { family: 'conflict', status: 409 },
  /** One area has no more free times to come than app/clinic/appointments/slots/slots.ts says. */
  too_many_slots: { family: 'limit', status: 409 },
  /** Another system's name for something stands for something else already. */
  external_name_taken: { family: 'conflict', status: 409 },
  /** One area has no more appointments to come than app/clinic/appointments/appointments.ts says. */
  too_many_appointments: { family: 'limit', status: 409 },
  /** One organisation has no more than so many that count (app/identity/service-tokens/service-token.ts). */
  too_many_service_tokens: { family: 'limit', status: 409 },
  /** One person has no more than so many (app/clinic/appointments/feeds/feeds.ts). */
  too_many_calendar_feeds: { family: 'limit', status: 409 },
  /** The text at a department's door has to be accepted before. */
  please_read_needed: { family: 'invalid input', status: 400 },
  /** For programs alone, which bring a token (`Authorization: Bearer`). */
  service_token_needed: { family: 'not signed in', status: 401 },
  /** One room has no more than so many that count (app/rooms/invitations.ts). */
  too_many_invitations: { family: 'limit', status: 409 },
  room_full: { family: 'limit', status: 409 },
  /** A colleague took this patient a moment before. */
  visit_taken: { family: 'conflict', status: 409 },
  /** The patient left, or their visit is over. */
  visit_over: { family: 'conflict', status: 409 },
  /** The door is closed, or suspended. */
  area_closed: { family: 'conflict', status: 409 },
  /** As many wait as can (app/clinic/door.ts). */
  area_full: { family: 'limit', status: 409 },
  /** The patient gave neither an address to write to, nor a number that a message can be sent to. */
  no_way_back: { family: 'conflict', status: 409 },
  /** Params: `seconds` until it is worth trying again. */
  too_many_requests: { family: 'limit', status: 429 },
  /** As many letters went to this address as may. Params: `minutes` and `seconds` until the next. */
  too_many_letters: { family: 'limit', status: 429 },
  /** As many codes were tried as may be. Params: `minutes` and `seconds` until it is worth trying again. */
  too_many_codes: { family: 'limit', status: 429 },
  /** One network address tried to sign in too often. Params: `minutes` and `seconds`. */
  too_many_sign_ins: { family: 'limit', status: 429 },
  /** One network address used a form for the public too often. Params: `minutes` and `seconds`. */
  too_many_messages: { family: 'limit', status: 429 },
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
