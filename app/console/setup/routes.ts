import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../../../config/config.ts';
import { canonicalHost } from '../../../config/formats.ts';
import type { MediaTrials } from '../../connection/trials.ts';
import { ownHosts } from '../../edge/own-hosts.ts';
import { canonicalHostname } from '../../edge/sites.ts';
import type { CertificateSource } from '../../edge/tls/certificate.ts';
import { SETUP_PATH } from '../../identity/first-owner/first-owner.ts';
import type { Person } from '../../identity/person.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Letter } from '../../mail/letter.ts';
import { mailFaults } from '../../mail/mail-fault.ts';
import { type CertificateOutcome, examineCertificate } from './certificate-check.ts';
import { followName, type NameOutcome } from './name-check.ts';

export interface SetupOptions {
  readonly config: Pick<Config, 'sites' | 'network' | 'media' | 'mail'>;
  readonly trials: MediaTrials;
  readonly certificates: CertificateSource;
  readonly clock: Clock;
}

/** How a finding looks; its words always stand beside it. */
interface Look {
  readonly look: 'is-good' | 'is-warning' | 'is-bad';
  readonly isGood: boolean;
}

const look = (name: Look['look']): Look => ({ look: name, isGood: name === 'is-good' });
const good = look('is-good');
const doubtful = look('is-warning');
const bad = look('is-bad');

const looks: Readonly<Record<NameOutcome | CertificateOutcome, Look>> = {
  opened: good,
  here: good,
  elsewhere: doubtful,
  unknown: bad,
  known: good,
  own: doubtful,
  provisional: doubtful,
  ended: bad,
};

/** What became of a test letter, as it comes back in the page's address. */
const letterOutcomes = ['sent', 'refused', 'kept', 'gone', 'under_way'] as const;

const letterLooks: Readonly<Record<(typeof letterOutcomes)[number], Look>> = {
  sent: good,
  refused: bad,
  kept: doubtful,
  gone: doubtful,
  under_way: doubtful,
};

/**
 * `/console/setup`: what a new owner goes through once, and can come back to: name, certificate, mail, media ports,
 * each with a real test. Nothing waits for it.
 */
export const setupPages = fp<SetupOptions>(
  async (app, { config, trials, certificates, clock }) => {
    const owner = { config: { access: 'appliance.set_up' } } as const;

    const names = async (request: FastifyRequest) => {
      const certificate = examineCertificate(certificates, clock());
      const openedAs = canonicalHost(canonicalHostname(request.host));
      const ownAddresses = new Set(ownHosts(config).map(canonicalHost));
      const hosts = [...new Set(config.sites.map(({ host }) => host))];
      return Promise.all(
        hosts.map(async (host) => {
          const outcome = await followName(host, { openedAs, ownAddresses });
          const isCertified = certificate.isFor(host);
          return {
            host,
            ...(isCertified ? looks[outcome] : bad),
            text: request.t(`setup.names.${outcome}`),
            certified: isCertified ? '' : request.t('setup.names.notCertified'),
          };
        }),
      );
    };

    app.get(SETUP_PATH, owner, async (request, reply) => {
      const { t } = request;
      const certificate = examineCertificate(certificates, clock());
      const isMediaReady = app.meetings.isReady;
      return reply.consolePage('console/setup/views/setup.hbs', {
        title: t('setup.title'),
        section: null,
        name: request.signedIn.name,
        names: await names(request),
        certificate: {
          ...looks[certificate.outcome],
          text: t(`setup.certificate.${certificate.outcome}`),
          endsAt: certificate.endsAt,
          renewsAt: certificate.renewsAt,
          isOwn: certificate.outcome === 'own',
        },
        mail: {
          ...doubtful,
          isRelayConfigured: app.mail.isRelayConfigured,
          relay: config.mail.host ?? '',
          email: request.signedIn.email,
          outcome: letterOutcome(request),
        },
        media: {
          ...(isMediaReady ? good : bad),
          text: isMediaReady ? t('setup.media.ready') : t('setup.media.away'),
          isReady: isMediaReady,
          ports: portsOf(config),
          addresses: config.network.announced_addresses,
        },
      });
    });

    app.post(`${SETUP_PATH}/letter`, owner, async (request, reply) => {
      const { signedIn: person, actor } = request;
      const t = app.translates[person.language];
      const outcome = await app.mail.sendNow(testLetter(t, person, request), async (transaction, id) =>
        app.audit.record(
          actor,
          { action: 'letter.tested', organisationId: person.organisationId, object: { kind: 'letter', id } },
          transaction,
        ),
      );
      const search = new URLSearchParams({ letter: outcome.kind.replace(' ', '_') });
      if (outcome.kind === 'refused') search.set('fault', outcome.fault.code);
      return reply.redirect(`${SETUP_PATH}?${search}#mail`, 303);
    });

    // For the page's script: where a browser finds the SFU, by UDP and by TCP.
    app.post(`${SETUP_PATH}/media`, owner, async (_request, reply) => {
      reply.header('Cache-Control', 'no-store');
      return trials.open();
    });
  },
  { name: 'setup-pages', dependencies: ['console-frame', 'mail', 'meetings'] },
);

/** The outcome that the page's address names, and why, in the reader's words; null for none. */
function letterOutcome(
  request: FastifyRequest,
): (Look & { readonly text: string; readonly fault: string }) | null {
  const { letter, fault } = Object(request.query) as { readonly letter?: unknown; readonly fault?: unknown };
  const outcome = letterOutcomes.find((each) => each === letter);
  if (outcome === undefined) return null;
  const isKnown = typeof fault === 'string' && Object.hasOwn(mailFaults, fault);
  return {
    ...letterLooks[outcome],
    text: request.t(`setup.mail.${outcome}`),
    fault: outcome === 'refused' && isKnown ? request.t(`letters.faults.${fault}`) : '',
  };
}

function testLetter(t: Translate, person: Person, request: FastifyRequest): Letter {
  const site = request.site.name;
  return {
    kind: 'test',
    to: {
      email: person.email,
      name: person.name,
      language: person.language,
      personId: person.id,
      organisationId: person.organisationId,
    },
    siteName: site,
    subject: t('setup.letter.subject', { site }),
    blocks: [
      { kind: 'paragraph', text: t('setup.letter.text', { site }) },
      { kind: 'action', label: t('setup.letter.back'), url: request.ownUrl(SETUP_PATH) },
    ],
  };
}

/** `44300`, or `44300–44303`. */
function portsOf({ media }: Pick<Config, 'media'>): string {
  const last = media.port + media.workers - 1;
  return last === media.port ? String(media.port) : `${media.port}–${last}`;
}
