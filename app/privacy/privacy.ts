import { join } from 'node:path';
import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import { dataFolders } from '../../config/data-folder.ts';
import type { Database } from '../database/open.ts';
import { urlOf } from '../edge/own-url.ts';
import type { SignInLimits } from '../identity/sign-in/limits.ts';
import { Proofs } from '../identity/sign-in/proofs.ts';
import type { OutsideStore } from '../inventory/outside-store.ts';
import type { Register } from '../inventory/register.ts';
import type { Clock } from '../kernel/clock.ts';
import { Contacts } from './contact/contacts.ts';
import { contactPage } from './contact/routes.ts';
import { Erasure } from './erasure/erasure.ts';
import { ErasureLedger, LEDGER_FILE } from './erasure/ledger.ts';
import { replayErasures } from './erasure/replay.ts';
import { LegalHolds } from './holds/holds.ts';
import { myDataPages } from './my-data/routes.ts';
import { Newsletters } from './newsletter/newsletters.ts';
import { newsletterPages } from './newsletter/routes.ts';
import { SubscriptionLinks } from './newsletter/subscription-links.ts';
import { Subscriptions } from './newsletter/subscriptions.ts';
import { noticePage } from './notice/routes.ts';
import { GuestRequests } from './requests/guest-requests.ts';
import { requestReminders } from './requests/reminders.ts';
import { Requests } from './requests/requests.ts';
import { requestForm } from './requests/routes.ts';
import { dailyRetention } from './retention/daily.ts';
import { Retention } from './retention/retention.ts';
import { type PrivacyTerms, privacyTerms } from './terms.ts';

export interface PrivacyOptions {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly register: Register;
  /** What other programs keep. */
  readonly outside: readonly OutsideStore[];
  /** `sessions`: signs the links and stamps of forms. */
  readonly secret: string;
  /** `audit`: seals proofs and the ledger of erasures. */
  readonly key: string;
  readonly limits: SignInLimits;
  /** How often one network may send a form that anybody can, within an hour. */
  readonly formsOfNetwork: number;
}

/** What the console's pages about privacy work with. */
export interface Privacy {
  readonly register: Register;
  readonly terms: PrivacyTerms;
  readonly contacts: Contacts;
  readonly subscriptions: Subscriptions;
  readonly newsletters: Newsletters;
  readonly retention: Retention;
  readonly requests: Requests;
  readonly holds: LegalHolds;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly privacy: Privacy;
  }
}

/**
 * What the commitment owes to everybody: notice, contact, newsletter, requests, own data, and the nightly retention.
 * Decisions about cookies stand for themselves (consent/), as other features ask for them.
 */
export const privacy = fp<PrivacyOptions>(
  async (app, { config, database, clock, register, outside, secret, key, limits, formsOfNetwork }) => {
    const folders = dataFolders(config.dataFolder);
    const [firstSite] = config.sites;
    const terms = privacyTerms(config);
    const written = {
      database,
      audit: app.audit,
      outbox: app.mail.outbox,
      translates: app.translates,
      clock,
    };
    const publicForms = { clock, secret, limit: formsOfNetwork };

    const { support_email: email } = config.controller;
    const contacts = new Contacts({
      ...written,
      recipient: email === null ? null : { email, language: firstSite?.language ?? 'en' },
    });
    if (config.contact.enabled) await app.register(contactPage, { contacts, ...publicForms });

    const links = new SubscriptionLinks(secret);
    const subscriptions = new Subscriptions({
      ...written,
      ledger: app.consent.ledger,
      links,
      hosts: config.sites.map(({ host }) => host),
    });
    const newsletters = new Newsletters({
      ...written,
      links,
      log: app.log,
      siteName: (host) => config.sites.find((site) => site.host === host)?.name ?? 'Linkello',
      urlOn: (host, path) => urlOf(host, config.https.port, path),
    });
    app.addHook('onReady', async () => newsletters.goOn());
    app.addHook('preClose', () => newsletters.close());
    await app.register(newsletterPages, { subscriptions, ...publicForms, isOpen: config.contact.newsletter });
    await app.register(noticePage, { settings: config, register });

    const ledger = new ErasureLedger({ key, file: join(folders.app, LEDGER_FILE) });
    const erasing = {
      database,
      file: folders.database,
      clock,
      audit: app.audit,
      key,
      categories: register.categories,
      ledger,
      onFault: (what: string, fault: unknown) => app.log.error({ err: fault }, `erasing failed: ${what}`),
    };
    const retention = new Retention({ ...erasing, outside, settings: config.privacy });
    const erasure = new Erasure(erasing);
    await app.register(dailyRetention, {
      database,
      clock,
      retention,
      erasure,
      ledger,
      replay: async () => replayErasures({ ...erasing, entries: await ledger.read() }),
      letters: {
        audit: app.audit,
        outbox: app.mail.outbox,
        translates: app.translates,
        serviceDays: config.privacy.service_days,
        siteName: firstSite?.name ?? '',
      },
    });

    const letterhead = {
      siteName: firstSite?.name ?? '',
      urlOf: (path: string) => urlOf(firstSite?.host ?? 'localhost', config.https.port, path),
    };
    const requests = new Requests({
      ...written,
      erasure,
      letterhead,
      key,
      needsTwoPeople: config.privacy.two_person_erasure,
    });
    const guestRequests = new GuestRequests({
      ...written,
      proofs: new Proofs(secret),
      limits,
      requests,
      codeMinutes: config.sign_in.link_minutes,
      tries: config.sign_in.code_tries,
    });
    await app.register(requestForm, { guestRequests, limits, codeMinutes: config.sign_in.link_minutes });
    await app.register(requestReminders, { ...written, letterhead });
    await app.register(myDataPages, { database, register, terms, requests, clock });

    app.decorate('privacy', {
      register,
      terms,
      contacts,
      subscriptions,
      newsletters,
      retention,
      requests,
      holds: new LegalHolds({ database, audit: app.audit, clock }),
    });
  },
  { name: 'privacy' },
);
