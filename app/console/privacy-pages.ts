import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import type { SingleVisits } from '../audience/single-visits.ts';
import type { Database } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import { contactPages } from './contacts/routes.ts';
import { holdPages } from './holds/routes.ts';
import { newsletterConsole } from './newsletter/routes.ts';
import { processingPages } from './processing/routes.ts';
import { requestPages } from './requests/routes.ts';
import { retentionPages } from './retention/routes.ts';

export interface PrivacyPagesOptions {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  /** `audit`: seals proofs. */
  readonly key: string;
  /** Null where no visits are counted. */
  readonly singleVisits: SingleVisits | null;
}

/** The console's pages about personal data, of what `app.privacy` does. */
export const privacyPages = fp<PrivacyPagesOptions>(
  async (app, { config, database, clock, key, singleVisits }) => {
    const { register, terms, contacts, subscriptions, newsletters, retention, requests, holds } = app.privacy;
    await app.register(newsletterConsole, { subscriptions, newsletters, isOn: config.contact.newsletter });
    await app.register(contactPages, { contacts, database, isFormOn: config.contact.enabled });
    await app.register(processingPages, { settings: config, register });
    await app.register(retentionPages, { database, retention, terms, key, clock });
    await app.register(requestPages, {
      database,
      requests,
      register,
      terms,
      clock,
      key,
      singleVisits,
      hosts: config.sites.map(({ host }) => host),
    });
    await app.register(holdPages, { database, holds, clock });
  },
  { name: 'privacy-pages', dependencies: ['privacy', 'console-frame'] },
);
