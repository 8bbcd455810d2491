import type { ErrorCode } from '../../kernel/errors.ts';

export type Typed = Readonly<Record<string, string>>;
export type Faults = Readonly<Record<string, string>>;
export type ById = { Params: { id: string } };

/** Where the pages about requests are. */
export const PATH = '/console/requests';

/** Deciding about a request asks for a fresh proof of who it is. */
export const deciding = { config: { access: 'requests.write', needsConfirmation: true } } as const;

/** Faults that are told on the page where they happened. */
export const shownFaults: readonly ErrorCode[] = [
  'identity_not_checked',
  'second_person_needed',
  'too_late_to_extend',
  'too_many_requests_open',
  'own_account',
  'on_legal_hold',
  'last_owner',
];
