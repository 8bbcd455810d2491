import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import { EffectiveConfig } from '../config/effective.ts';
import { describeMachine } from '../config/machine.ts';
import { wayIn } from '../turn/addresses.ts';
import { attesting } from './attestations/attesting.ts';
import { MatomoServer } from './audience/matomo-server.ts';
import { measuring } from './audience/measuring.ts';
import { analyticsProxy } from './audience/proxy.ts';
import { AuditLog } from './audit/audit-log.ts';
import { Verifier } from './audit/verifier.ts';
import { categories } from './categories.ts';
import { clinicAppointments } from './clinic/appointments/clinic-appointments.ts';
import { BASE_PATH as FHIR_PATH } from './clinic/appointments/fhir/exchange.ts';
import { clinic } from './clinic/clinic.ts';
import { connectionTest } from './connection/routes.ts';
import { MediaTrials } from './connection/trials.ts';
import { certificateLetters } from './console/alarms/certificate-letters.ts';
import { appointmentConsole } from './console/appointments/routes.ts';
import { areaPages } from './console/areas/routes.ts';
import { attestationPages } from './console/attestations/routes.ts';
import { audiencePages } from './console/audience/routes.ts';
import { auditPages } from './console/audit/routes.ts';
import { consolePages } from './console/console.ts';
import { consoleFrame } from './console/frame.ts';
import { letterPages } from './console/letters/routes.ts';
import { meetingPages } from './console/meetings/routes.ts';
import { privacyPages } from './console/privacy-pages.ts';
import { roomPages } from './console/rooms/routes.ts';
import { serviceTokenPages } from './console/service-tokens/routes.ts';
import { setupPages } from './console/setup/routes.ts';
import { ApplianceState } from './console/state/appliance-state.ts';
import { monthlyLetters } from './console/statistics/monthly-letters.ts';
import { statisticsPages } from './console/statistics/routes.ts';
import { openDatabase } from './database/open.ts';
import { assets } from './edge/assets.ts';
import { buildClient } from './edge/client-build.ts';
import { errorPages } from './edge/error-pages.ts';
import { health } from './edge/health.ts';
import { hosts } from './edge/hosts.ts';
import { language } from './edge/language.ts';
import { type LogStream, loggerOptions } from './edge/log.ts';
import { manifest } from './edge/manifest.ts';
import { metrics } from './edge/metrics.ts';
import { ownHosts } from './edge/own-hosts.ts';
import { ownUrls, urlOf } from './edge/own-url.ts';
import { redirectToHttps } from './edge/plain-http.ts';
import { defaultRateLimits, type RateLimits, rateLimits } from './edge/rate-limits.ts';
import { RequestLog } from './edge/request-log.ts';
import { routeAccess } from './edge/route-access.ts';
import { securityHeaders } from './edge/security-headers.ts';
import { siteLooks } from './edge/site-looks.ts';
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
import { figuresOf } from './figures.ts';
import { access } from './identity/access.ts';
import { identity } from './identity/identity.ts';
import { PeopleImports } from './identity/imports/people-imports.ts';
import { Organisations } from './identity/organisations.ts';
import { People } from './identity/people.ts';
import { ServiceTokens } from './identity/service-tokens/service-tokens.ts';
import { Sessions } from './identity/sessions.ts';
import { defaultSignInLimits, type SignInLimits } from './identity/sign-in/limits.ts';
import { subscriptionEnds } from './identity/subscription-ends.ts';
import { Register } from './inventory/register.ts';
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS, systemClock } from './kernel/clock.ts';
import type { TextFault } from './kernel/i18n.ts';
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import { mail } from './mail/mail.ts';
import { type MeetingsPluginOptions, meetingsPlugin } from './meetings/routes.ts';
import { measurement, type Purpose } from './privacy/consent/purposes.ts';
import { consentPages } from './privacy/consent/routes.ts';
import { privacy } from './privacy/privacy.ts';
import { measuresAudience, privacyTerms } from './privacy/terms.ts';
import { NO_ANSWER } from './rooms/calendar.ts';
import { RoomDirectory } from './rooms/directory.ts';
import { GuestLinks } from './rooms/guest-link.ts';
import { Invitations } from './rooms/invitations.ts';
import { Rooms } from './rooms/rooms.ts';
import { rooms } from './rooms/routes.ts';
import { defaultTimeZone } from './rooms/time-zones.ts';
import { counting } from './statistics/counting.ts';

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
  readonly signInLimits?: SignInLimits;
  /** What people decide about; by default the measurement of the audience, where there is one. */
  readonly purposes?: readonly Purpose[];
  /** How often hits are sent to Matomo, in milliseconds. 5 s by default. */
  readonly hitsEveryMs?: number;
  /** How often one network may send a form that anybody can, within an hour. 10 by default. */
  readonly formsOfNetwork?: number;
  /** How many patients may come to a door from one network within an hour. */
  readonly arrivalsOfNetwork?: number;
  /** How often it is looked whether something's time has come in waiting rooms, in milliseconds. */
  readonly clinicLookMs?: number;
  /** How often it is looked whether an appointment is due to be reminded of, in milliseconds. A minute by default. */
  readonly appointmentLookMs?: number;
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
  const sessions = new Sessions({
    database,
    clock,
    idleMs: config.sign_in.session_idle_hours * HOUR_MS,
    lifetimeMs: config.sign_in.session_days * DAY_MS,
  });

  const guestLinks = new GuestLinks(options.secrets.sessions);
  const directory = new RoomDirectory({
    database,
    clock,
    guestLinks,
    settings: {
      anyoneCanOpen: config.rooms.anyone_can_open,
      participantsPerRoom: config.media.participants_per_room,
    },
  });

  await app.register(routeAccess);
  await app.register(formbody);
  await app.register(securityHeaders, { httpsPort: config.https.port });
  await app.register(sites, { sites: config.sites });
  await app.register(language, {
    texts: { en, fr },
    ...(options.onTextFault && { onTextFault: options.onTextFault }),
  });
  await app.register(mail, { config, database, clock });
  const serviceTokens = new ServiceTokens({ database, audit, clock });
  await app.register(access, {
    sessions,
    serviceTokens,
    confirmedForMs: config.sign_in.confirmation_minutes * MINUTE_MS,
    clock,
  });
  await app.register(ownUrls, { config });
  await app.register(hosts, { names: knownNames });
  await app.register(upgrades);
  await app.register(rateLimits, { limits: options.rateLimits ?? defaultRateLimits });
  await app.register(assets, { client });
  await app.register(manifest);
  await app.register(siteLooks, { sites: config.sites });
  await app.register(views, { controller: config.controller });
  await app.register(errorPages);
  await app.register(consoleFrame);
  await app.register(consentPages, {
    purposes: options.purposes ?? (measuresAudience(config) ? [measurement] : []),
    terms: privacyTerms(config),
    sites: config.sites,
    port: config.https.port,
    database,
    clock,
    secret: options.secrets.sessions,
  });
  const { analyticsOrigin: origin } = config;
  const matomo = origin === null ? null : new MatomoServer({ origin, folder: folders.analyticsAccess });
  await app.register(measuring, {
    matomo,
    mayMeasure: (request) => app.consent.mayMeasure(request),
    ownHosts: new Set([...knownNames, ...config.sites.map(({ host }) => host)]),
    port: config.https.port,
    most: config.analytics.waiting_hits,
    clock,
    ...(options.hitsEveryMs !== undefined && { everyMs: options.hitsEveryMs }),
  });
  const organisations = new Organisations({ database, audit, clock });
  await app.register(subscriptionEnds, { organisations });
  const people = new People({
    database,
    audit,
    outbox: app.mail.outbox,
    sessions,
    translates: app.translates,
    clock,
  });
  const imports = new PeopleImports({
    database,
    audit,
    outbox: app.mail.outbox,
    translates: app.translates,
    clock,
  });
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
  await app.register(certificateLetters, {
    config,
    database,
    certificates,
    clock,
    everyMs: options.certificateCheckMs ?? MINUTE_MS,
  });
  await app.register(trust, { certificates });
  await app.register(identity, {
    database,
    clock,
    audit,
    sessions,
    secret: options.secrets.sessions,
    settings: config.sign_in,
    limits: options.signInLimits ?? defaultSignInLimits,
    firstOwnerCommand:
      config.publishedPort === null
        ? './scripts/linkello sign-in-link'
        : 'docker compose exec app linkello sign-in-link',
  });
  await app.register(counting, { database, clock });
  await app.register(attesting, {
    database,
    wanted: config.meetings.attestations,
    key: options.secrets.audit,
  });
  await app.register(meetingsPlugin, {
    config,
    secrets: options.secrets,
    database,
    audit,
    clock,
    directory,
    onEnded: (ended) => {
      app.callStatistics.count(ended);
      app.attestations.attest(ended);
    },
  });
  await app.register(meetingPages);
  await app.register(statisticsPages, { database, clock });
  const trials = new MediaTrials({ control: config.media.control, secret: options.secrets.mediaControl });
  app.addHook('onClose', () => trials.close());
  await app.register(connectionTest, { config, trials, turnSecret: options.secrets.turn, clock });
  await app.register(setupPages, { config, trials, certificates, clock });
  await app.register(rooms, {
    readRouterRtpCapabilities: () => app.meetings.routerRtpCapabilities(),
    directory,
    database,
    anyoneCanOpen: config.rooms.anyone_can_open,
  });
  await app.register(roomPages, {
    database,
    clock,
    rooms: new Rooms({ database, audit, clock }),
    invitations: new Invitations({ database, audit, clock, outbox: app.mail.outbox, guestLinks }),
    guestLinks,
    participantsPerRoom: config.media.participants_per_room,
    timeZone: defaultTimeZone(config.rooms.time_zone),
    organizerEmail: config.mail.from_address ?? NO_ANSWER,
    liveCount: (slug) => app.meetings.countIn(slug),
  });
  await app.register(clinic, {
    config,
    database,
    audit,
    clock,
    guestLinks,
    secret: options.secrets.sessions,
    arrivalsOfNetwork: options.arrivalsOfNetwork,
    lookMs: options.clinicLookMs,
  });
  const medSite = config.sites.find(({ edition }) => edition === 'med') ?? config.sites[0];
  await app.register(clinicAppointments, {
    database,
    audit,
    clock,
    outbox: app.mail.outbox,
    door: app.clinic.door,
    secret: options.secrets.sessions,
    siteName: medSite?.name ?? '',
    organizerEmail: config.mail.from_address ?? NO_ANSWER,
    urlOf: (path) => urlOf(medSite?.host ?? 'localhost', config.https.port, path),
    ...(options.appointmentLookMs !== undefined && { lookMs: options.appointmentLookMs }),
  });
  await app.register(appointmentConsole, { database, clock, clinic: app.clinicAppointments });
  await app.register(serviceTokenPages, { database, serviceTokens, organisations, basePath: FHIR_PATH });
  await app.register(areaPages, {
    database,
    clock,
    areas: app.clinic.areas,
    timeZone: defaultTimeZone(config.rooms.time_zone),
  });
  const relayWay = wayIn(config, networkInterfaces());
  const state = new ApplianceState({
    app,
    config,
    database,
    certificates,
    relayWay,
    matomo,
    clock,
  });
  await app.register(attestationPages, {
    database,
    controllerName: config.controller.name,
    key: options.secrets.audit,
    clock,
  });
  await app.register(audiencePages, {
    matomo,
    state: state.matomo,
    keepDays: config.analytics.keep_days,
    clock,
  });
  await app.register(analyticsProxy, { matomo, port: config.https.port });
  await app.register(auditPages, {
    database,
    verifier: new Verifier({ database, key: options.secrets.audit, clock }),
  });
  await app.register(letterPages, { database });
  await app.register(consolePages, {
    people,
    organisations,
    imports,
    state,
    settings: await EffectiveConfig.open(config, process.env),
    file: config.file,
    database,
    clock,
  });
  await app.register(privacy, {
    config,
    database,
    clock,
    register: new Register(categories),
    secret: options.secrets.sessions,
    key: options.secrets.audit,
    limits: options.signInLimits ?? defaultSignInLimits,
    formsOfNetwork: options.formsOfNetwork ?? 10,
  });
  await app.register(monthlyLetters, {
    database,
    clock,
    isWanted: config.meetings.monthly_letter,
    siteName: config.sites[0]?.name ?? '',
    urlOf: (path) => urlOf(config.sites[0]?.host ?? 'localhost', config.https.port, path),
  });
  await app.register(privacyPages, { config, database, clock, key: options.secrets.audit });
  await app.register(health, { needs: { media: () => app.meetings.isReady } });
  await app.register(metrics, figuresOf(app, certificates, relayWay));
  return app;
}
