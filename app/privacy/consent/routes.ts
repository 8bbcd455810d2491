import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Site } from '../../../config/sections/sites.ts';
import type { Database } from '../../database/open.ts';
import { readForm } from '../../edge/form-fields.ts';
import { canonicalHostname } from '../../edge/sites.ts';
import type { Clock } from '../../kernel/clock.ts';
import { storedView } from '../stored-view.ts';
import type { PrivacyTerms } from '../terms.ts';
import { carrying, carryPath } from './carrying.ts';
import { Consent } from './consent.ts';
import { DECISION_DAYS } from './decision.ts';
import { HandOver } from './hand-over.ts';
import { ConsentLedger } from './ledger.ts';
import { ownPath } from './own-path.ts';
import { type Purpose, Purposes } from './purposes.ts';

export interface ConsentPluginOptions {
  /** What people decide about at this installation. */
  readonly purposes: readonly Purpose[];
  readonly terms: PrivacyTerms;
  readonly sites: readonly Site[];
  readonly port: number;
  readonly database: Database;
  readonly clock: Clock;
  /** `sessions` */
  readonly secret: string;
}

const PATH = '/cookies';
const SAVED_PATH = `${PATH}?saved`;

/**
 * Choices about what needs consent or can be refused: the page `/cookies`, where they are made and changed, and the
 * question on every page while one is open. Where nothing needs consent there is no question at all.
 */
export const consentPages = fp<ConsentPluginOptions>(
  async (app, { purposes, terms, sites, port, database, clock, secret }) => {
    const ledger = new ConsentLedger({ database, clock });
    const consent = new Consent({
      purposes: new Purposes(purposes, app.translates),
      ledger,
      database,
      sites,
      clock,
    });
    app.decorate('consent', consent);
    app.decorateRequest('agreed', null);
    app.addHook('onRequest', async (request) => {
      if (request.routeOptions.config.knowsVisitor === false) return;
      await consent.lookUp(request);
      const isPage = request.method === 'GET' && !request.url.startsWith(PATH);
      const open = isPage ? consent.open(request) : [];
      if (open.length === 0) return;
      request.question = {
        to: request.url,
        purposes: open.map(({ words }) => words(request.t)),
      };
    });

    app.get(PATH, { config: { access: 'anyone' } }, async (request, reply) => {
      const { t, query } = request;
      const decision = consent.decision(request);
      const standings = consent.standings(request);
      return reply.page('privacy/consent/views/cookies.hbs', {
        title: t('consent.title'),
        isSaved: Object.hasOwn(Object(query), 'saved'),
        purposes: standings.map(({ purpose, chosen, isRefusedBySignal, isAllowed }) => ({
          ...purpose.words(t),
          name: purpose.name,
          basis: t(`consent.basis.${purpose.basis}`),
          isOpen: !isRefusedBySignal,
          isYes: isAllowed,
          isNo: chosen === false || (chosen === null && purpose.basis === 'exempt' && !isAllowed),
        })),
        hasPurposes: standings.length > 0,
        hasChoice: standings.some(({ isRefusedBySignal }) => !isRefusedBySignal),
        decidedAt: decision?.at ?? null,
        days: DECISION_DAYS,
        others: otherHosts(request),
        storage: storedView(t, terms),
      });
    });

    app.post(PATH, { config: { access: 'anyone' } }, async (request, reply) => {
      const form = readForm(request.body);
      const back = form.to === undefined ? null : ownPath(form.to);
      // The question on a page asks no more than what is open.
      const asked = back === null ? offered(request) : consent.open(request);
      const answers = answersOf(form, asked);
      if (answers.size > 0) await consent.decide(request, reply, answers);
      if (answers.size > 0 && otherHosts(request).length > 0)
        return reply.redirect(carryPath(back ?? SAVED_PATH), 303);
      return reply.redirect(back ?? SAVED_PATH, 303);
    });

    const offered = (request: FastifyRequest) =>
      consent
        .standings(request)
        .filter(({ isRefusedBySignal }) => !isRefusedBySignal)
        .map(({ purpose }) => purpose);
    const otherHosts = (request: FastifyRequest) => {
      const here = canonicalHostname(request.host);
      return consent.hostsOf(request).filter((each) => each !== here);
    };

    await app.register(carrying, { handOver: new HandOver(secret), port, clock });
  },
  { name: 'consent', dependencies: ['views', 'access'] },
);

/** What a form says about each of these; only what is said. */
function answersOf(
  form: Readonly<Record<string, string>>,
  asked: readonly Purpose[],
): ReadonlyMap<Purpose, boolean> {
  const answers = new Map<Purpose, boolean>();
  for (const purpose of asked) {
    const said = form.all ?? form[purpose.name];
    if (said === 'yes' || said === 'no') answers.set(purpose, said === 'yes');
  }
  return answers;
}
