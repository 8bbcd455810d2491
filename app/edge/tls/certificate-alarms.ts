import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import type { CertificateSource } from './certificate.ts';

/** How long before the end people are told, in milliseconds. */
const ALARM_MS = 30 * DAY_MS;

/** How long a renewal may be late before people are told, in milliseconds, or half of what is left if that is less. */
const LATE_MS = DAY_MS;

/** A certificate that ends soon, or has ended, and that nobody has replaced. */
export interface CertificateAlarm {
  readonly subject: 'server' | 'authority';
  /** In milliseconds since 1970. */
  readonly endsAt: number;
  /** Whole days, rounded down; negative once it has ended. */
  readonly daysLeft: number;
}

/**
 * The certificates that somebody has to do something about: those that end within 30 days. One that renews itself is
 * none of them before its renewal is late, which means that it fails.
 */
export function certificateAlarms(
  source: Pick<CertificateSource, 'current' | 'authority' | 'renewsAt'>,
  clock: Clock,
): CertificateAlarm[] {
  const now = clock();
  const alarms: CertificateAlarm[] = [];
  const look = (subject: CertificateAlarm['subject'], endsAt: number, fromAt: number) => {
    if (now < Math.max(endsAt - ALARM_MS, fromAt)) return;
    alarms.push({ subject, endsAt, daysLeft: Math.floor((endsAt - now) / DAY_MS) });
  };
  const { endsAt } = source.current;
  const { renewsAt } = source;
  look('server', endsAt, renewsAt === null ? 0 : renewsAt + Math.min(LATE_MS, (endsAt - renewsAt) / 2));
  if (source.authority) look('authority', source.authority.certificate.validToDate.getTime(), 0);
  return alarms;
}
