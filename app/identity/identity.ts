import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Database } from '../database/open.ts';
import { type Clock, DAY_MS, HOUR_MS, SECOND_MS } from '../kernel/clock.ts';
import { Accounts } from './account/account.ts';
import { accountRoutes } from './account/routes.ts';
import { Confirmations } from './confirmation/confirmations.ts';
import { confirmationRoutes } from './confirmation/routes.ts';
import { FirstOwner, hasOwner } from './first-owner/first-owner.ts';
import { firstOwnerRoutes } from './first-owner/routes.ts';
import type { Sessions } from './sessions.ts';
import { Arrivals } from './sign-in/arrivals.ts';
import { Codes } from './sign-in/codes.ts';
import type { SignInLimits } from './sign-in/limits.ts';
import { Proofs } from './sign-in/proofs.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { SignIns } from './sign-in/sign-ins.ts';
import { tidySignIns } from './sign-in/store.ts';

export interface IdentityOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly sessions: Sessions;
  /** Hashes codes and addresses. */
  readonly secret: string;
  readonly settings: Config['sign_in'];
  readonly limits: SignInLimits;
  /** What makes a link for the first owner, to be told to whoever runs the server. */
  readonly firstOwnerCommand: string;
}

/** Signing in and out, the own account, and the first run. */
export const identity = fp<IdentityOptions>(
  async (app, { database, clock, audit, sessions, secret, settings, limits, firstOwnerCommand }) => {
    const { translates } = app;
    const { outbox } = app.mail;
    const linkMinutes = settings.link_minutes;
    const sessionSeconds = (settings.session_days * DAY_MS) / SECOND_MS;
    const proofs = new Proofs(secret);
    const codes = new Codes({ clock, audit, proofs, limits, tries: settings.code_tries });
    const arrivals = new Arrivals({ sessions, audit, outbox, translates, clock });
    const accounts = new Accounts({ database, audit, sessions });
    const confirmations = new Confirmations({
      database,
      clock,
      audit,
      outbox,
      sessions,
      codes,
      proofs,
      translates,
      codeMinutes: linkMinutes,
    });

    await app.register(signInRoutes, {
      signIns: new SignIns({ database, clock, outbox, arrivals, codes, proofs, translates, linkMinutes }),
      accounts,
      limits,
      linkMinutes,
      sessionSeconds,
    });
    await app.register(confirmationRoutes, {
      confirmations,
      limits,
      codeMinutes: linkMinutes,
      confirmationMinutes: settings.confirmation_minutes,
    });
    await app.register(accountRoutes, { accounts });
    await app.register(firstOwnerRoutes, {
      firstOwner: new FirstOwner({ database, clock, audit, arrivals }),
      limits,
      sessionSeconds,
    });

    const tidy = async () => {
      await sessions.tidy();
      await tidySignIns(database, clock());
    };
    await tidy();
    const tidying = setInterval(() => {
      tidy().catch((err: unknown) => app.log.error({ err }, 'what is over of sign-ins could not be deleted'));
    }, HOUR_MS);
    tidying.unref();
    app.addHook('onClose', async () => clearInterval(tidying));

    app.addHook('onReady', async () => {
      if (await hasOwner(database)) return;
      // The link itself would let in whoever reads logs.
      app.log.warn(
        `nobody owns this server yet; this prints the link that makes the first owner: ${firstOwnerCommand}`,
      );
    });
  },
  { name: 'identity', dependencies: ['mail', 'views', 'access', 'rate-limits', 'own-urls'] },
);
