import type { AuditLog } from '../../audit/audit-log.ts';
import type { Transaction } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { Person } from '../person.ts';
import type { Sessions } from '../sessions.ts';
import { newSignInLetter } from './letters.ts';
import { noteSignIn } from './store.ts';
import type { Visit } from './visit.ts';

/** How somebody proved who they are. */
export type Way = 'link' | 'code' | 'first_owner';

export interface ArrivalsOptions {
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly clock: Clock;
}

/**
 * What follows once somebody has proved who they are, whichever way they did. A second way in (a passkey, OpenID
 * Connect) is a folder beside this one: its routes prove that a browser is some person's, who may be signed in
 * (`admittedById` in store.ts), add the way to {@link Way}, and call {@link Arrivals.welcome} in the transaction that
 * uses up their proof. Nothing else begins a session.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /**
   * Signs a person in on the browser that asks, with a token that nobody can have seen before; what this browser had
   * until now ends. Tells the person by letter, unless it is the first time.
   *
   * @returns the token for the session's cookie.
   */
  async welcome(transaction: Transaction, person: Person, way: Way, visit: Visit): Promise<string> {
    const { sessions, audit, outbox, translates, clock } = this.#options;
    const now = clock();
    const actor = { ...visit.actor, kind: 'person', id: person.id } as const;
    if (visit.sessionToken !== null) {
      const ended = await sessions.endByToken(transaction, visit.sessionToken);
      if (ended) {
        await audit.record(
          { ...actor, id: ended.personId },
          { action: 'session.ended', object: { kind: 'session', id: ended.id } },
          transaction,
        );
      }
    }
    const { token, id } = await sessions.begin(transaction, { personId: person.id, device: visit.device });
    await noteSignIn(transaction, person.id, now);
    await audit.record(
      actor,
      {
        action: 'session.started',
        organisationId: person.organisationId,
        object: { kind: 'session', id },
        details: { way },
      },
      transaction,
    );
    if (person.signedInAt !== null) {
      const t = translates[person.language];
      await outbox.post(transaction, newSignInLetter(t, person, visit, now));
    }
    return token;
  }
}
