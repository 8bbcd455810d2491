import formbody from '@fastify/formbody';
import fp from 'fastify-plugin';
import type { MatomoServer } from './audience/matomo-server.ts';
import { measuring } from './audience/measuring.ts';
import { consoleFrame } from './console/frame.ts';
import type { Database } from './database/open.ts';
import { assets } from './edge/assets.ts';
import type { ClientBuild } from './edge/client-build.ts';
import { errorPages } from './edge/error-pages.ts';
import { hosts } from './edge/hosts.ts';
import { language } from './edge/language.ts';
import { manifest } from './edge/manifest.ts';
import { ownUrls } from './edge/own-url.ts';
import { defaultRateLimits, rateLimits } from './edge/rate-limits.ts';
import { routeAccess } from './edge/route-access.ts';
import { securityHeaders } from './edge/security-headers.ts';
import { siteLooks } from './edge/site-looks.ts';
import { sites } from './edge/sites.ts';
import { upgrades } from './edge/upgrades.ts';
import { views } from './edge/views.ts';
import { access } from './identity/access.ts';
import type { ServiceTokens } from './identity/service-tokens/service-tokens.ts';
import type { Sessions } from './identity/sessions.ts';
import { type Clock, MINUTE_MS } from './kernel/clock.ts';
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import { mail } from './mail/mail.ts';
import { measurement } from './privacy/consent/purposes.ts';
import { consentPages } from './privacy/consent/routes.ts';
import { measuresAudience, privacyTerms } from './privacy/terms.ts';
import type { ServerOptions } from './server-options.ts';

interface ShellOptions {
  readonly options: Omit<ServerOptions, 'clock'>;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly serviceTokens: ServiceTokens;
  /** Null where there is none. */
  readonly matomo: MatomoServer | null;
  readonly client: ClientBuild;
  /** By which this appliance is called. */
  readonly names: ReadonlySet<string>;
  readonly clock: Clock;
}

/**
 * What is around every feature: what each request passes through, and each page is drawn with. Hooks run in the order in
 * which they stand here.
 */
export const shell = fp<ShellOptions>(
  async (app, { options, database, sessions, serviceTokens, matomo, client, names, clock }) => {
    const { config } = options;
    await app.register(routeAccess);
    await app.register(formbody);
    await app.register(securityHeaders, { httpsPort: config.https.port });
    await app.register(sites, { sites: config.sites });
    await app.register(language, {
      texts: { en, fr },
      ...(options.onTextFault && { onTextFault: options.onTextFault }),
    });
    await app.register(mail, { config, database, clock });
    await app.register(access, {
      sessions,
      serviceTokens,
      confirmedForMs: config.sign_in.confirmation_minutes * MINUTE_MS,
      clock,
    });
    await app.register(ownUrls, { config });
    await app.register(hosts, { names });
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
    await app.register(measuring, {
      matomo,
      mayMeasure: (request) => app.consent.mayMeasure(request),
      ownHosts: new Set([...names, ...config.sites.map(({ host }) => host)]),
      port: config.https.port,
      most: config.analytics.waiting_hits,
      clock,
      ...(options.hitsEveryMs !== undefined && { everyMs: options.hitsEveryMs }),
    });
  },
  { name: 'shell' },
);
