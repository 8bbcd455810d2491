import type { Translate } from '../kernel/i18n.ts';
import { type Verification, writeHead } from './verification.ts';

/** What a verification found, in words. */
export interface VerificationReport {
  readonly isWhole: boolean;
  readonly summary: string;
  /** One sentence each. */
  readonly faults: readonly string[];
  /** How many faults are not among them; null if all are. */
  readonly more: string | null;
  /** `NUMBER:HASH`, or null for an empty log. */
  readonly head: string | null;
}

export function describeVerification(
  { rows, head, faults, faultCount }: Verification,
  t: Translate,
): VerificationReport {
  const isWhole = faultCount === 0;
  const hidden = faultCount - faults.length;
  return {
    isWhole,
    summary: isWhole
      ? t('audit.verification.whole', { rows })
      : t('audit.verification.broken', { count: faultCount, rows }),
    faults: faults.map(({ kind, ...where }) => t(`audit.faults.${kind}`, where)),
    more: hidden === 0 ? null : t('audit.verification.more', { count: hidden }),
    head: head && writeHead(head),
  };
}
