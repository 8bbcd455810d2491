import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/clock.ts';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import type { WrongCodes } from './store.ts';

/**
 * How often letters can be asked for and codes typed. A code has a million possible values, so what guards it is how
 * many can be tried: with these limits, whoever tries all day at one address finds one in 50,000 days, and whoever
 * tries at all addresses together, from as many places as they like, one in 1,000 days. The link has no such limit:
 * who uses these up for others takes nothing from them but the code.
 */
export interface SignInLimits {
  /** Letters to one address within an hour. */
  readonly lettersOfAddress: number;
  /** Wrong codes for one address within a day. */
  readonly wrongCodesOfAddress: number;
  /** Wrong codes for all addresses together within a day. */
  readonly wrongCodes: number;
  /** Requests from one network address (IPv6: one /64) within {@link NETWORK_WINDOW_MS} that ask for a letter. */
  readonly lettersOfNetwork: number;
  /** The same of requests that try a code or a link. An office may be one address to us, and all come at nine. */
  readonly triesOfNetwork: number;
}

export const NETWORK_WINDOW_MS = 10 * MINUTE_MS;

export const defaultSignInLimits: SignInLimits = {
  lettersOfAddress: 5,
  wrongCodesOfAddress: 20,
  wrongCodes: 1000,
  lettersOfNetwork: 60,
  triesOfNetwork: 120,
};

/** @throws AppError `too_many_letters` when the address was sent as many as it may be, and says until when. */
export function demandLetter(
  { lettersOfAddress }: SignInLimits,
  /** The newest first. */
  askedAt: readonly number[],
  now: number,
): void {
  const oldest = askedAt[lettersOfAddress - 1];
  if (oldest !== undefined) throw refusal('too_many_letters', oldest + HOUR_MS - now);
}

/** @throws AppError `too_many_codes` when no more can be tried for an address, or for any, and says until when. */
export function demandTry(
  limits: SignInLimits,
  { ofAddress, ofAll }: { readonly ofAddress: WrongCodes; readonly ofAll: WrongCodes },
  now: number,
): void {
  const refuse = ({ since }: WrongCodes) => refusal('too_many_codes', (since ?? now) + DAY_MS - now);
  if (ofAddress.count >= limits.wrongCodesOfAddress) throw refuse(ofAddress);
  if (ofAll.count >= limits.wrongCodes) throw refuse(ofAll);
}

/** A refusal that says when it is worth coming back. */
export function refusal(code: ErrorCode, waitMs: number): AppError {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  return new AppError(code, { params: { seconds, minutes: Math.ceil(seconds / 60) } });
}
