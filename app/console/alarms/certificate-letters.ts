import fp from 'fastify-plugin';
import type { Config } from '../../../config/config.ts';
import type { Database } from '../../database/open.ts';
import { urlOf } from '../../edge/own-url.ts';
import type { CertificateSource } from '../../edge/tls/certificate.ts';
import { type CertificateAlarm, certificateAlarms } from '../../edge/tls/certificate-alarms.ts';
import { type PersonRow, personColumns } from '../../identity/person-rows.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import type { Letter } from '../../mail/letter.ts';

export interface CertificateLettersOptions {
  readonly config: Pick<Config, 'sites' | 'https' | 'tls'>;
  readonly database: Database;
  readonly certificates: Pick<CertificateSource, 'current' | 'authority' | 'renewsAt'>;
  readonly clock: Clock;
  /** How often it is looked, in milliseconds. */
  readonly everyMs: number;
}

/** How many days are left when people are told, and told again. */
const LEVELS = [30, 14, 7, 3, 1] as const;

/** For how long it is remembered what was told, in milliseconds. An alarm is 30 days old at most when all is told. */
const REMEMBERED_MS = 400 * DAY_MS;

/**
 * Writes to every owner that a certificate ends and nobody renews it: once for each level of urgency, whatever restarts
 * meanwhile.
 */
export const certificateLetters = fp<CertificateLettersOptions>(
  async (app, { config, database, certificates, clock, everyMs }) => {
    const [site] = config.sites;
    const siteName = site?.name ?? '';
    const healthUrl = urlOf(site?.host ?? 'localhost', config.https.port, '/console/health');

    const tell = async (alarm: CertificateAlarm): Promise<void> => {
      const name = nameOf(alarm);
      // A transaction takes the lock to write, which is not worth it for what was told long ago.
      if (await database('told_alarms').where({ alarm: name }).first('alarm')) return;
      await database.transaction(async (transaction) => {
        const owners: PersonRow[] = await transaction('people')
          .where({ role: 'owner', status: 'active' })
          .select(...personColumns);
        // Before the first owner is there, nobody was told.
        if (owners.length === 0) return;
        const now = clock();
        await transaction('told_alarms')
          .where('told_at', '<', now - REMEMBERED_MS)
          .delete();
        await transaction('told_alarms').insert({ alarm: name, told_at: now });
        const letters = owners.map((owner) =>
          alarmLetter(alarm, owner, app.translates[owner.language], {
            siteName,
            healthUrl,
            mode: config.tls.mode,
          }),
        );
        await app.mail.outbox.postAll(transaction, letters);
      });
    };

    const look = async (): Promise<void> => {
      try {
        for (const alarm of certificateAlarms(certificates, clock)) await tell(alarm);
      } catch (thrown) {
        app.log.error({ err: thrown }, 'owners could not be told that a certificate ends');
      }
    };

    let looking = Promise.resolve();
    const lookNext = () => {
      looking = looking.then(look);
    };
    const timer = setInterval(lookNext, everyMs);
    app.addHook('onReady', async () => lookNext());
    app.addHook('onClose', async () => {
      clearInterval(timer);
      await looking;
    });
  },
  { name: 'certificate-letters', dependencies: ['mail'] },
);

/** What is told once: this end of this certificate, at this urgency. */
function nameOf({ subject, endsAt, daysLeft }: CertificateAlarm): string {
  const level = daysLeft < 0 ? 'over' : Math.min(...LEVELS.filter((days) => daysLeft <= days), LEVELS[0]);
  return `certificate ${subject} ${endsAt} ${level}`;
}

function alarmLetter(
  { subject, endsAt, daysLeft }: CertificateAlarm,
  owner: PersonRow,
  t: Translate,
  about: {
    readonly siteName: string;
    readonly healthUrl: string;
    readonly mode: Config['tls']['mode'];
  },
): Letter {
  const site = about.siteName;
  return {
    kind: 'certificate_alarm',
    to: {
      email: owner.email,
      name: owner.name,
      language: owner.language,
      personId: owner.id,
      organisationId: owner.organisation_id,
    },
    siteName: site,
    subject:
      daysLeft < 0
        ? t(`letters.alarm.${subject}.ended`, { site })
        : t(`letters.alarm.${subject}.subject`, { site, days: daysLeft }),
    blocks: [
      { kind: 'paragraph', text: t(`letters.alarm.${subject}.text`, { site }) },
      { kind: 'facts', rows: [[t('letters.alarm.endsAt'), shownInstant(endsAt, owner.language)]] },
      {
        kind: 'paragraph',
        text: t(`letters.alarm.advice.${subject === 'authority' ? 'authority' : about.mode}`),
      },
      { kind: 'action', label: t('letters.alarm.open'), url: about.healthUrl },
    ],
  };
}
