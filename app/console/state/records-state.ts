import type { Database } from '../../database/open.ts';
import type { CertificateSource } from '../../edge/tls/certificate.ts';
import { type CertificateAlarm, certificateAlarms } from '../../edge/tls/certificate-alarms.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import type { Language } from '../../kernel/languages.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import type { MailState } from '../../mail/mail.ts';
import type { Finding } from './card.ts';

/** How old the last backup may be. Those who make one a week are not told every Monday. */
const BACKUP_AGE_MS = 8 * DAY_MS;

interface JobRow {
  readonly name: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly outcome: 'done' | 'failed' | null;
}

/** How backup and retention went last. */
export async function jobsState(
  database: Database,
  now: number,
  language: Language,
): Promise<readonly [backup: Finding, retention: Finding]> {
  const rows: JobRow[] = await database('jobs').whereIn('name', ['backup', 'retention']).select();
  const of = (name: string) => rows.find((row) => row.name === name);
  const backup = of('backup');
  const retention = of('retention');
  return [
    backup === undefined
      ? { name: 'backup', code: 'never', tone: 'warning' }
      : jobState('backup', backup, { now, language, ageMs: BACKUP_AGE_MS }),
    retention === undefined
      ? { name: 'retention', code: 'never', tone: 'quiet' }
      : jobState('retention', retention, { now, language, ageMs: 2 * DAY_MS }),
  ];
}

function jobState(
  name: string,
  { started_at, ended_at, outcome }: JobRow,
  { now, language, ageMs }: { readonly now: number; readonly language: Language; readonly ageMs: number },
): Finding {
  const at = ended_at ?? started_at;
  const about = { name, params: { at: shownInstant(at, language), days: Math.floor((now - at) / DAY_MS) } };
  if (outcome === 'failed') return { ...about, code: 'failed', tone: 'bad' };
  // One that was cut off leaves no end.
  if (outcome === null) {
    return now - started_at > DAY_MS
      ? { ...about, code: 'failed', tone: 'bad' }
      : { ...about, code: 'running', tone: 'good' };
  }
  return now - at > ageMs
    ? { ...about, code: 'old', tone: 'warning' }
    : { ...about, code: 'done', tone: 'good' };
}

/** Days of the server's certificate, and of the authority behind it. */
export function certificateState(source: CertificateSource, clock: Clock): Finding {
  const [alarm] = certificateAlarms(source, clock).toSorted((a, b) => a.daysLeft - b.daysLeft);
  const days = Math.floor((source.current.endsAt - clock()) / DAY_MS);
  if (alarm !== undefined) return alarmState(alarm);
  const renews = source.renewsAt === null ? 'no' : 'yes';
  if (source.isProvisional)
    return { name: 'certificate', code: 'ordered', tone: 'warning', params: { days } };
  return { name: 'certificate', code: 'valid', tone: 'good', params: { days, renews } };
}

function alarmState({ subject, daysLeft }: CertificateAlarm): Finding {
  const about = { name: 'certificate', params: { subject, days: daysLeft } };
  return daysLeft < 0
    ? { ...about, code: 'over', tone: 'bad' }
    : { ...about, code: 'ending', tone: 'warning' };
}

/** Letters that wait, and why. */
export function mailState({ isRelayConfigured, waiting, givenUp, relayFault }: MailState): Finding {
  const about = { name: 'mail', params: { waiting, givenUp }, href: '/console/letters' };
  if (!isRelayConfigured) return { ...about, code: 'no_relay', tone: 'warning' };
  if (relayFault !== null) return { ...about, code: 'refused', tone: 'bad' };
  if (givenUp > 0) return { ...about, code: 'given_up', tone: 'warning' };
  return { ...about, code: 'flowing', tone: 'good' };
}
