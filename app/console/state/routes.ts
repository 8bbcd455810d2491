import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { reachOf } from '../../kernel/permissions.ts';
import { homeOf, sectionsOf } from '../sections.ts';
import type { ApplianceState } from './appliance-state.ts';
import { cardOf, type Finding, severity } from './card.ts';
import { type OrganisationStateOptions, organisationState } from './organisation-state.ts';

export interface StatePagesOptions extends Omit<OrganisationStateOptions, 'app'> {
  readonly state: ApplianceState;
}

/** The overview, which the console opens with, and the health page. */
export const statePages = fp<StatePagesOptions>(
  async (app, { state, ...options }) => {
    app.get('/console', { config: { access: 'signed in' } }, async (request, reply) => {
      const { role } = request.signedIn;
      if (reachOf(role, 'overview.read') === null) return reply.redirect(homeOf(role), 303);
      const scope = request.scope('overview.read');
      const findings =
        scope.kind === 'organisation'
          ? await organisationState({ app, ...options }, scope.organisationId, request.language)
          : await state.overview(request);
      return reply.consolePage('console/state/views/overview.hbs', {
        title: request.t('state.overview'),
        section: 'overview',
        ...summary(request, findings),
      });
    });

    app.get('/console/health', { config: { access: 'health.read' } }, async (request, reply) =>
      reply.consolePage('console/state/views/health.hbs', {
        title: request.t('state.health'),
        section: 'health',
        now: options.clock(),
        ...summary(request, await state.health(request)),
      }),
    );
  },
  { name: 'state-pages', dependencies: ['console-frame'] },
);

/** Cards in their order, and above them how bad the worst is. */
function summary(request: FastifyRequest, findings: readonly Finding[]) {
  const open = new Set<string>(
    sectionsOf(request.signedIn.role, request.site.edition).map(({ path }) => path),
  );
  const cards = findings.map((finding) => {
    const card = cardOf(request, finding);
    // A link that its reader may follow.
    const [, section = ''] = /^(\/console\/[a-z]+)/.exec(card.href ?? '') ?? [];
    return { ...card, href: open.has(section) ? card.href : null };
  });
  const wrong = cards.filter(({ tone }) => severity[tone] <= severity.warning);
  const worst = cards.some(({ tone }) => tone === 'bad') ? 'bad' : wrong.length > 0 ? 'warning' : 'good';
  return {
    cards,
    worst,
    worstSign: { bad: 'fault', warning: 'warning', good: 'ready' }[worst],
    worstText: request.t(`state.worst.${worst}`, { count: wrong.length }),
  };
}
