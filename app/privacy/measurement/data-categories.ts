import type { DataCategory } from '../../inventory/data-category.ts';

/** What Matomo counts of visits, in its own database (analytics/). */
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
