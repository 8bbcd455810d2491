import { randomBytes, type X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import { describeMachine } from '../config/machine.ts';
import { wayIn } from '../turn/addresses.ts';
import { AuditLog } from './audit/audit-log.ts';
import { openDatabase } from './database/open.ts';
import { assets } from './edge/assets.ts';
import { buildClient } from './edge/client-build.ts';
import { errorPages } from './edge/error-pages.ts';
import { health } from './edge/health.ts';
import { hosts } from './edge/hosts.ts';
import { language } from './edge/language.ts';
import { type LogStream, loggerOptions } from './edge/log.ts';
import { metrics } from './edge/metrics.ts';
import { ownHosts } from './edge/own-hosts.ts';
import { redirectToHttps } from './edge/plain-http.ts';
import { defaultRateLimits, type RateLimits, rateLimits } from './edge/rate-limits.ts';
import { RequestLog } from './edge/request-log.ts';
import { routeAccess } from './edge/route-access.ts';
import { securityHeaders } from './edge/security-headers.ts';
import { sites } from './edge/sites.ts';
import type { ServerCertificate } from './edge/tls/certificate.ts';
import { certificateNames } from './edge/tls/certificate-names.ts';
import { certificateRefresh } from './edge/tls/certificate-refresh.ts';
import { challengePort } from './edge/tls/challenge-port.ts';
import { HttpChallenges } from './edge/tls/http-challenges.ts';
import { openCertificates } from './edge/tls/open-certificates.ts';
import { createPort } from './edge/tls/port.ts';
import { trust } from './edge/trust.ts';
import { upgrades } from './edge/upgrades.ts';
import { repairUrl } from './edge/url-repair.ts';
import { views } from './edge/views.ts';
import { access } from './identity/access.ts';
import { Sessions } from './identity/sessions.ts';
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, systemClock } from './kernel/clock.ts';
import type { TextFault } from './kernel/i18n.ts';
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import { type MeetingsPluginOptions, meetingsPlugin } from './meetings/routes.ts';
import { rooms } from './rooms/routes.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly secrets: MeetingsPluginOptions['secrets'] & {
    /** Seals the audit log. */
    readonly audit: string;
  };
  /** Told when the server's certificate was renewed: `tls/server-chain.pem` in the data folder is another. */
  readonly onCertificateRenewed?: (certificate: ServerCertificate) => void;
  /** What a reader sees where a text is wrong; throws by default. */
  readonly onTextFault?: (fault: TextFault, key: string) => string;
  /** Standard output by default. */
  readonly logStream?: LogStream;
  readonly clock?: Clock;
  /** How often it is looked whether the certificate is due, in milliseconds. A minute by default. */
  readonly certificateCheckMs?: number;
  readonly rateLimits?: RateLimits;
}

/**
 * The app, ready to listen: every feature is one plugin, registered here. Certificates are made and the browser's
 * code is built before it answers.
 *
 * @throws {StartFault} when something outside the program is in the way.
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { config } = options;
  const folders = dataFolders(config.dataFolder);
  const names = () => certificateNames(ownHosts(config));
  const knownNames = new Set(names().dns);
  const clock = options.clock ?? systemClock;
  const challenges = new HttpChallenges();
  const [certificates, client] = await Promise.all([
    openCertificates({ config, folders, names, hostName: describeMachine().hostName, clock, challenges }),
    buildClient(fileURLToPath(new URL('./client', import.meta.url))),
  ]);

  const app = fastify({
    serverFactory: (handler) =>
      createPort(certificates, handler, redirectToHttps(knownNames), wayIn(config, networkInterfaces())),
    logger: loggerOptions(options.logStream),
    logController: new RequestLog(config.privacy.log_addresses),
    genReqId: () => randomBytes(6).toString('hex'),
    // Nobody stands in front of the port and could say truthfully who is behind.
    trustProxy: false,
    bodyLimit: 64 * 1024,
    // Longer than any URL that fits into the headers: a long room name gets our answer.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16 * 1024 },
    rewriteUrl: (request) => repairUrl(request.url ?? '/'),
  });

  const database = await openDatabase(folders.database);
  app.addHook('onClose', () => database.destroy());
  const audit = new AuditLog({ database, key: options.secrets.audit, clock });
  app.decorate('audit', audit);
  const sessions = new Sessions({ database, clock, idleMs: 12 * HOUR_MS, lifetimeMs: 14 * DAY_MS });

  await app.register(routeAccess);
  await app.register(formbody);
  await app.register(securityHeaders, { httpsPort: config.https.port });
  await app.register(sites, { sites: config.sites });
  await app.register(language, {
    texts: { en, fr },
    ...(options.onTextFault && { onTextFault: options.onTextFault }),
  });
  await app.register(access, { sessions, confirmedForMs: 30 * MINUTE_MS, clock });
  await app.register(hosts, { names: knownNames });
  await app.register(upgrades);
  await app.register(rateLimits, { limits: options.rateLimits ?? defaultRateLimits });
  await app.register(assets, { client });
  await app.register(views, { controller: config.controller });
  await app.register(errorPages);
  // Containers have the port anyway, and who types a name without https:// comes to it.
  if (config.tls.mode === 'acme' || config.publishedPort !== null) {
    await app.register(challengePort, {
      port: config.tls.acme.http_port,
      address: config.https.address,
      challenges,
      answerOthers: redirectToHttps(knownNames, config.https.port),
    });
  }
  await app.register(certificateRefresh, {
    certificates,
    everyMs: options.certificateCheckMs ?? MINUTE_MS,
    clock,
    onRenewed: options.onCertificateRenewed ?? (() => {}),
  });
  await app.register(trust, { certificates });
  await app.register(meetingsPlugin, { config, secrets: options.secrets });
  await app.register(rooms, {
    readRouterRtpCapabilities: () => app.meetings.routerRtpCapabilities(),
  });
  await app.register(health, { needs: { media: () => app.meetings.isReady } });
  await app.register(metrics, {
    gauges: [
      {
        name: 'linkello_certificate_ends_seconds',
        help: "When the server's certificate ends, in seconds since 1970.",
        read: () => certificates.current.endsAt / SECOND_MS,
      },
      ...(certificates.authority === null
        ? []
        : [
            {
              name: 'linkello_authority_ends_seconds',
              help: 'When the certificate authority of the appliance ends, in seconds since 1970.',
              read: endOf(certificates.authority.certificate),
            },
          ]),
      { name: 'linkello_meetings', help: 'Meetings going on.', read: () => app.meetings.counts.meetings },
      {
        name: 'linkello_participants',
        help: 'Participants in all meetings.',
        read: () => app.meetings.counts.participants,
      },
    ],
  });
  return app;
}

const endOf = (certificate: X509Certificate) => () => certificate.validToDate.getTime() / SECOND_MS;
