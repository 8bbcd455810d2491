import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Site } from '../../../config/sections/sites.ts';
import type { Database } from '../../database/open.ts';
import { canonicalHostname } from '../../edge/sites.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newToken } from '../../kernel/single-use-token.ts';
import { choiceAbout, choicesOf, type Decision } from './decision.ts';
import { decisionOf, keepDecision } from './decision-cookie.ts';
import type { ConsentLedger } from './ledger.ts';
import type { Purpose, Purposes } from './purposes.ts';
import { hostsWith } from './site-groups.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly consent: Consent;
  }
  interface FastifyRequest {
    /** The purposes that its reader agreed to and did not take back, by the ledger; null while none was asked for. */
    agreed: ReadonlySet<string> | null;
  }
}

/** What a request says of its reader. */
export type Reader = Pick<FastifyRequest, 'headers' | 'cookies' | 'agreed'>;

/** How a purpose stands for the reader of a page. */
export interface Standing {
  readonly purpose: Purpose;
  /** What they chose; null for nothing yet. */
  readonly chosen: boolean | null;
  /** Their browser says no for them. */
  readonly isRefusedBySignal: boolean;
  /** What follows. */
  readonly isAllowed: boolean;
}

export interface ConsentOptions {
  readonly purposes: Purposes;
  readonly ledger: ConsentLedger;
  readonly database: Database;
  readonly sites: readonly Site[];
  readonly clock: Clock;
}

/** What the reader of a page agreed to. */
export class Consent {
  readonly purposes: Purposes;
  readonly ledger: ConsentLedger;
  readonly #database: Database;
  readonly #sites: readonly Site[];
  readonly #clock: Clock;

  constructor({ purposes, ledger, database, sites, clock }: ConsentOptions) {
    this.purposes = purposes;
    this.ledger = ledger;
    this.#database = database;
    this.#sites = sites;
    this.#clock = clock;
  }

  /** What the browser of a request keeps; null if nothing was chosen. */
  decision(request: Reader): Decision | null {
    return decisionOf(request, this.#clock());
  }

  /** The hosts that a choice made by this request holds for. */
  hostsOf(request: FastifyRequest): readonly string[] {
    return hostsWith(this.#sites, canonicalHostname(request.host));
  }

  standings(request: Reader): readonly Standing[] {
    const decision = this.decision(request);
    return this.purposes.all.map((purpose) => {
      const said = choiceAbout(decision, this.purposes, purpose);
      // A yes counts as long as the ledger has it: it may have been taken back on another site, or from the account.
      const isProved = purpose.basis === 'exempt' || request.agreed?.has(purpose.name) === true;
      const chosen = said === true && !isProved ? null : said;
      const isRefusedBySignal = purpose.heedsSignals && saysNo(request);
      return {
        purpose,
        chosen,
        isRefusedBySignal,
        isAllowed: !isRefusedBySignal && (chosen ?? purpose.basis === 'exempt'),
      };
    });
  }

  /** Whether something may be done for a purpose; never for one that this installation does not have. */
  isAllowed(request: Reader, name: string): boolean {
    return this.standings(request).some(({ purpose, isAllowed }) => purpose.name === name && isAllowed);
  }

  /** Whether a visit may be counted. */
  mayMeasure(request: Reader): boolean {
    return this.isAllowed(request, 'measurement');
  }

  /** What has to be asked: what needs a yes and has neither that nor a no. */
  open(request: Reader): readonly Purpose[] {
    return this.standings(request)
      .filter(
        ({ purpose, chosen, isRefusedBySignal }) =>
          purpose.basis === 'consent' && chosen === null && !isRefusedBySignal,
      )
      .map(({ purpose }) => purpose);
  }

  /** Looks up what the ledger has, where something needs a yes and the browser holds one. */
  async lookUp(request: Reader): Promise<void> {
    if (!this.purposes.all.some(({ basis }) => basis === 'consent')) return;
    const decision = this.decision(request);
    if (decision === null || ![...decision.choices.values()].some(({ isGiven }) => isGiven)) return;
    request.agreed = await this.ledger.givenBy(decision.id);
  }

  /**
   * Keeps what was chosen: in the ledger first, then in the browser, which keeps its id while it has one. What is not
   * answered stays as it was.
   */
  async decide(
    request: FastifyRequest,
    reply: FastifyReply,
    answers: ReadonlyMap<Purpose, boolean>,
  ): Promise<void> {
    const at = this.#clock();
    const before = this.decision(request);
    const id = before?.id ?? newToken().token;
    const noted = [...answers].map(([purpose, isGiven]) => ({
      purpose: purpose.name,
      text: this.purposes.textOf(purpose),
      isGiven,
    }));
    await this.#database.transaction((transaction) =>
      this.ledger.note(transaction, { browserId: id, personId: request.person?.id ?? null }, noted, {
        language: request.language,
        hosts: this.hostsOf(request),
      }),
    );
    const choices = new Map([...(before?.choices ?? []), ...choicesOf(this.purposes, answers)]);
    keepDecision(reply, { id, at, choices }, at);
  }

  /** Takes over what was chosen on another site, unless something newer was chosen here. */
  adopt(request: FastifyRequest, reply: FastifyReply, decision: Decision): void {
    const own = this.decision(request);
    if (own === null || own.at < decision.at) keepDecision(reply, decision, this.#clock());
  }
}

/** Do Not Track (W3C, Tracking Preference Expression, section 5.2) or Global Privacy Control (section 3.2). */
function saysNo({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers.dnt === '1' || headers['sec-gpc'] === '1';
}
