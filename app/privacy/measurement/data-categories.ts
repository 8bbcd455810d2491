import type { DataCategory } from '../../inventory/data-category.ts';

/**
 * What Matomo counts of visits, in its own database (analytics/). There is nothing to collect or erase of somebody: no
 * name, account or whole address comes to it, its log of single visits is off, and a network is 65,536 people's (GDPR,
 * Article 11). Matomo deletes what is over by itself; the console shows whether it does, by its oldest visit.
 */
export const visits: DataCategory = {
  name: 'visits',
  activity: 'audience',
  fields: [],
  recipients: ['owner', 'marketing'],
  legalBasis: 'legitimate_interests',
  subjects: ['visitors'],
  retention: 'statistics',
  hasOwnTime: true,
  isTechnical: true,
  store: null,
};
