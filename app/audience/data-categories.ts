import type { DataCategory } from '../inventory/data-category.ts';

/**
 * What Matomo counts of visits, in its own database (analytics/). Neither name nor account nor whole address comes to
 * it, so that nobody's visits can be found by who they are (GDPR, Article 11(1)). By when and on what they were, which
 * only their visitor can say, they are found, handed out and erased (Article 11(2); `SingleVisits`).
 */
export const visits: DataCategory = {
  name: 'visits',
  activity: 'audience',
  fields: [],
  recipients: ['owner', 'dpo', 'marketing'],
  legalBasis: 'legitimate_interests',
  subjects: ['visitors'],
  retention: 'statistics',
  hasOwnTime: true,
  store: null,
};
