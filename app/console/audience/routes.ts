import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { MatomoServer, MatomoStatus } from '../../audience/matomo-server.ts';
import type { AudienceState } from '../../audience/measuring.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { cardOf } from '../state/card.ts';
import type { MatomoState } from '../state/matomo-state.ts';
import { signs, type Tone } from '../table.ts';

export interface AudiencePagesOptions {
  /** Null where there is none. */
  readonly matomo: MatomoServer | null;
  readonly state: MatomoState;
  readonly keepDays: number;
  readonly clock: Clock;
}

const PATH = '/console/audience';
/** With which people look at reports (analytics/render.ts). */
const LOGIN = 'reader';
/** Old visits are deleted once a day. */
const GRACE_DAYS = 1;

/** How the audience is measured: whether Matomo is set up as privacy wants it, how the counting goes, and the way in. */
export const audiencePages = fp<AudiencePagesOptions>(
  async (app, { matomo, state, keepDays, clock }) => {
    app.get(PATH, { config: { access: 'audience.read' } }, async (request, reply) => {
      const { t } = request;
      const status = await state.status();
      const known = status === 'no_answer' ? null : status;
      const mayOpen = matomo !== null && reachOf(request.signedIn.role, 'audience.open') !== null;
      return reply.consolePage('console/audience/views/audience.hbs', {
        title: t('audience.title'),
        section: 'audience',
        card: cardOf(request, await state.read()),
        mayOpen,
        mayAnswer: reachOf(request.signedIn.role, 'requests.read') !== null,
        checkedAt: known === null ? null : Date.parse(known.checkedAt),
        settings: known && settingsOf(request, known),
        visits: known && visitsOf(t, known, keepDays, clock()),
        counts: countsOf(request, app.audience?.state() ?? null),
      });
    });

    app.get(
      `${PATH}/sign-in`,
      { config: { access: 'audience.open', needsConfirmation: true } },
      async (request, reply) => {
        if (matomo === null) throw new AppError('not_found');
        const password = await matomo.secret('reader-password').catch((cause: unknown) => {
          throw new AppError('analytics_unavailable', { cause });
        });
        await app.audit.record(request.actor, { action: 'audience.password_viewed' });
        return reply.consolePage('console/audience/views/sign-in.hbs', {
          title: request.t('audience.signIn.title'),
          section: 'audience',
          login: LOGIN,
          password,
        });
      },
    );
  },
  { name: 'audience-pages', dependencies: ['console-frame'] },
);

/** Settings that have words of their own; another one is shown by its name alone. */
const named = new Set([
  'PrivacyManager.ipAnonymizerEnabled',
  'PrivacyManager.ipAddressMaskLength',
  'PrivacyManager.useAnonymizedIpForVisitEnrichment',
  'PrivacyManager.anonymizeReferrer',
  'PrivacyManager.anonymizeUserId',
  'PrivacyManager.anonymizeOrderId',
  'PrivacyManager.doNotTrackEnabled',
  'PrivacyManager.forceCookielessTracking',
  'Live.visitor_log',
  'Live.visitor_profile',
  'Deletelogs.delete_logs_enable',
  'Deletelogs.delete_logs_older_than',
  'Deletereports.delete_reports_enable',
  'Deletereports.delete_reports_older_than',
  'General.enable_internet_features',
  'General.emails_enabled',
  'General.enable_auto_update',
  'General.enable_installer',
  'Tracker.use_third_party_id_cookie',
  'Tracker.enable_fingerprinting_across_websites',
  'Tracker.enable_default_location_provider',
  'Tracker.tracking_requests_require_authentication',
]);

const badge = (t: Translate, tone: Tone, isRight: boolean) => ({
  tone,
  sign: signs[tone],
  text: t(`audience.states.${isRight ? 'wanted' : 'otherwise'}`),
});

function settingsOf({ t, language }: FastifyRequest, { settings }: MatomoStatus) {
  const shown = (value: boolean | number | string) =>
    typeof value === 'boolean'
      ? t(`audience.answers.${value ? 'yes' : 'no'}`)
      : typeof value === 'number'
        ? new Intl.NumberFormat(language).format(value)
        : value;
  return settings
    .map(({ name, wanted, found }) => ({
      name,
      words: named.has(name) ? t(`audience.settings.${name.replace('.', '_')}`) : null,
      wanted: shown(wanted),
      found: shown(found),
      isRight: wanted === found,
      state: badge(t, wanted === found ? 'good' : 'bad', wanted === found),
    }))
    .toSorted((one, other) => Number(one.isRight) - Number(other.isRight));
}

/** Whether old visits go as they should: found out by what is there, not by what is set. */
function visitsOf(t: Translate, { visits }: MatomoStatus, keepDays: number, now: number) {
  const oldestAt = visits.oldestAt === null ? Number.NaN : Date.parse(visits.oldestAt);
  const isRight = !(now - oldestAt > (keepDays + GRACE_DAYS) * DAY_MS);
  return {
    count: t('audience.visits.count', { count: visits.count }),
    oldestAt: Number.isNaN(oldestAt) ? null : oldestAt,
    wanted: t('audience.visits.wanted', { days: keepDays }),
    state: badge(t, isRight ? 'good' : 'bad', isRight),
  };
}

function countsOf({ t, language }: FastifyRequest, state: AudienceState | null) {
  if (state === null) return null;
  const number = new Intl.NumberFormat(language);
  const names = ['tracked', 'waiting', 'invalid', 'refused', 'dropped', 'failures'] as const;
  return names.map((name) => ({ label: t(`audience.counts.${name}`), value: number.format(state[name]) }));
}
