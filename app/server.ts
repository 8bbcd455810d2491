import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import fastify, { type FastifyInstance } from 'fastify';
import { dataFolders } from '../config/data-folder.ts';
import { EffectiveConfig } from '../config/effective.ts';
import { describeMachine } from '../config/machine.ts';
import { wayIn } from '../turn/addresses.ts';
import { attesting } from './attestations/attesting.ts';
import { MatomoServer } from './audience/matomo-server.ts';
import { analyticsProxy } from './audience/proxy.ts';
import { SingleVisits } from './audience/single-visits.ts';
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
import { buildClient } from './edge/client-build.ts';
import { health } from './edge/health.ts';
import { loggerOptions } from './edge/log.ts';
import { metrics } from './edge/metrics.ts';
import { ownHosts } from './edge/own-hosts.ts';
import { urlOf } from './edge/own-url.ts';
import { redirectToHttps } from './edge/plain-http.ts';
import { RequestLog } from './edge/request-log.ts';
import { certificateNames } from './edge/tls/certificate-names.ts';
import { certificateRefresh } from './edge/tls/certificate-refresh.ts';
import { challengePort } from './edge/tls/challenge-port.ts';
import { HttpChallenges } from './edge/tls/http-challenges.ts';
import { openCertificates } from './edge/tls/open-certificates.ts';
import { createPort } from './edge/tls/port.ts';
import { trust } from './edge/trust.ts';
import { repairUrl } from './edge/url-repair.ts';
import { figuresOf } from './figures.ts';
import { identity } from './identity/identity.ts';
import { PeopleImports } from './identity/imports/people-imports.ts';
import { Organisations } from './identity/organisations.ts';
import { People } from './identity/people.ts';
import { ServiceTokens } from './identity/service-tokens/service-tokens.ts';
import { Sessions } from './identity/sessions.ts';
import { defaultSignInLimits } from './identity/sign-in/limits.ts';
import { subscriptionEnds } from './identity/subscription-ends.ts';
import { Register } from './inventory/register.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, systemClock } from './kernel/clock.ts';
import { meetingsPlugin } from './meetings/routes.ts';
import { privacy } from './privacy/privacy.ts';
import { newestCertificate } from './privacy/retention/certificates.ts';
import { NO_ANSWER } from './rooms/calendar.ts';
import { RoomDirectory } from './rooms/directory.ts';
import { GuestLinks } from './rooms/guest-link.ts';
import { Invitations } from './rooms/invitations.ts';
import { Rooms } from './rooms/rooms.ts';
import { rooms } from './rooms/routes.ts';
import { defaultTimeZone } from './rooms/time-zones.ts';
import type { ServerOptions } from './server-options.ts';
import { shell } from './shell.ts';
import { counting } from './statistics/counting.ts';

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

  const serviceTokens = new ServiceTokens({ database, audit, clock });
  const { analyticsOrigin: origin } = config;
  const matomo = origin === null ? null : new MatomoServer({ origin, folder: folders.analyticsAccess });
  const singleVisits =
    matomo === null ? null : new SingleVisits({ matomo, keepDays: config.analytics.keep_days });
  await app.register(shell, {
    options,
    database,
    sessions,
    serviceTokens,
    matomo,
    client,
    names: knownNames,
    clock,
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
    erasures: () => newestCertificate(database),
    lookMs: options.clinicLookMs,
  });
  const medSite = config.sites.find(({ edition }) => edition === 'med') ?? config.sites[0];
  await app.register(clinicAppointments, {
    database,
    audit,
    clock,
    outbox: app.mail.outbox,
    door: app.clinic.door,
    feed: app.clinic.feed,
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
    outside: singleVisits === null ? [] : [singleVisits],
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
  await app.register(privacyPages, { config, database, clock, key: options.secrets.audit, singleVisits });
  await app.register(health, { needs: { media: () => app.meetings.isReady } });
  await app.register(metrics, figuresOf(app, certificates, relayWay));
  return app;
}
