import type { FastifyRequest } from 'fastify';
import type { Database } from '../../database/open.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import { categoryView } from '../../privacy/category-view.ts';
import { type Certificate, listCertificates } from '../../privacy/retention/certificates.ts';
import { keptForecast } from '../../privacy/retention/forecast.ts';
import { lastNight, nightAfter } from '../../privacy/retention/nights.ts';
import type { Retention, RetentionJob } from '../../privacy/retention/retention.ts';
import type { PrivacyTerms } from '../../privacy/terms.ts';
import type { Tone } from '../table.ts';

export interface RetentionPagesOptions {
  readonly database: Database;
  readonly retention: Retention;
  /** For the rules in words. */
  readonly terms: PrivacyTerms;
  /** Seals certificates. */
  readonly key: string;
  readonly clock: Clock;
}

/** A run that takes longer was cut off. */
const LONGEST_RUN_MS = DAY_MS;

/** How retention is doing, in a word and a sentence. */
function runState(
  { t, language }: FastifyRequest,
  job: RetentionJob | null,
  failed: readonly string[],
  now: number,
): { readonly tone: Tone; readonly sign: string; readonly text: string } {
  const state = (tone: Tone, code: string, params: Record<string, string> = {}) => ({
    tone,
    sign: { good: 'ready', warning: 'warning', bad: 'fault', quiet: 'pause' }[tone],
    text: t(`retention.state.${code}`, params),
  });
  if (job === null) return state('quiet', 'never');
  const at = shownInstant(job.startedAt, language);
  if (job.outcome === null) {
    return now - job.startedAt > LONGEST_RUN_MS
      ? state('bad', 'cutOff', { at })
      : state('good', 'running', { at });
  }
  if (job.outcome === 'failed') {
    const names = new Intl.ListFormat(language).format(failed.map((name) => t(`data.${name}.title`)));
    return failed.length === 0 ? state('bad', 'failedAtEnd', { at }) : state('bad', 'failed', { at, names });
  }
  // Two nights ago or before: the app did not look.
  return job.startedAt < lastNight(now) - DAY_MS
    ? state('warning', 'old', { at })
    : state('good', 'done', { at });
}

/** What the page shows. Nothing is counted for it: it shows what was counted last. */
export async function retentionView(
  request: FastifyRequest,
  { database, retention, terms, clock }: RetentionPagesOptions,
) {
  const { t, language } = request;
  const now = clock();
  const number = new Intl.NumberFormat(language);
  const counts = await keptForecast(database);
  const [last] = await listCertificates(database, { limit: 1 });
  const lastRun = await lastOfCause(database, 'retention');
  const job = await retention.lastJob();
  const failed = new Set(job?.outcome === 'failed' ? (lastRun?.failed ?? []) : []);
  const countedAt = Math.max(0, ...[...counts.values()].map((each) => each.countedAt));
  return {
    state: runState(request, job, [...failed], now),
    nextAt: nightAfter(now),
    countedAt: countedAt === 0 ? null : countedAt,
    hasCertificates: last !== undefined,
    rows: retention.categories.map((category) => {
      const view = categoryView({ t, language, terms }, category);
      const count = counts.get(category.name);
      const erased = lastRun?.counts.find((each) => each.category === category.name)?.records;
      const isFailed = failed.has(category.name);
      const shown = (value: number | undefined) => (value === undefined ? '–' : number.format(value));
      return {
        title: view.title,
        rule: view.kept,
        total: shown(count?.total),
        due: shown(count?.due),
        nextWeek: shown(count?.dueNextWeek),
        erased: shown(erased),
        tone: isFailed ? 'bad' : 'good',
        sign: isFailed ? 'fault' : 'ready',
        stateText: t(isFailed ? 'retention.category.failed' : 'retention.category.well'),
      };
    }),
  };
}

async function lastOfCause(
  database: RetentionPagesOptions['database'],
  cause: Certificate['cause'],
): Promise<Certificate | undefined> {
  const found = await listCertificates(database, { limit: 1, cause });
  return found[0];
}

/** A certificate in words. */
export function certificateView({ t, language }: FastifyRequest, certificate: Certificate) {
  const number = new Intl.NumberFormat(language);
  const records = certificate.counts.reduce((sum, each) => sum + each.records, 0);
  return {
    number: certificate.number,
    path: `/console/retention/certificates/${certificate.number}`,
    title: t('retention.certificate.title', { number: certificate.number }),
    at: certificate.at,
    cause: t(`retention.causes.${certificate.cause}`),
    records: number.format(records),
    isWhole: certificate.failed.length === 0,
    failed: certificate.failed.map((name) => t(`data.${name}.title`)),
    counts: certificate.counts.map((each) => ({
      title: t(`data.${each.category}.title`),
      records: number.format(each.records),
      kept: number.format(each.kept),
      cutOffAt: each.cutOffAt,
    })),
    hasCutOff: certificate.counts.some(({ cutOffAt }) => cutOffAt !== null),
    hash: certificate.hash,
    previousHash: certificate.previousHash,
  };
}
