import type { DataCategory } from '../inventory/data-category.ts';
import { statisticsStore } from './statistics-data.ts';
import { sumNames } from './sums.ts';

/** How much meetings are used: figures without names, under a pseudonym of the organisation for a month. */
export const callStatistics: DataCategory = {
  name: 'call_statistics',
  activity: 'audience',
  fields: [
    'call_facts.day',
    'call_facts.hour',
    'call_facts.organisation',
    'call_keys.month',
    'call_keys.key',
    'call_days.organisation_id',
    'call_days.day',
    'call_days.last_day',
    'call_spreads.organisation_id',
    'call_spreads.month',
    'call_spreads.measure',
    'call_spreads.bucket',
    'call_spreads.meetings',
    'call_spreads.people',
    ...sumNames.flatMap((name) => [`call_facts.${name}`, `call_days.${name}`]),
  ],
  recipients: ['owner', 'administrator', 'marketing', 'technical', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders', 'guests'],
  retention: 'statistics',
  isTechnical: true,
  store: statisticsStore,
};
