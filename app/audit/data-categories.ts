import type { DataCategory } from '../inventory/data-category.ts';
import { auditStore } from './audit-data.ts';

/**
 * Who did or looked at what. It holds ids alone: with the account of an id, whom it was about is gone as well, and the
 * chain stays whole.
 */
export const auditEntries: DataCategory = {
  name: 'audit',
  activity: 'security',
  fields: [
    'audit.at',
    'audit.action',
    'audit.actor_kind',
    'audit.actor_id',
    'audit.organisation_id',
    'audit.object_kind',
    'audit.object_id',
    'audit.details',
    'audit.request_id',
    'newsletters.made_by',
    'erasures_under_way.actor_kind',
    'erasures_under_way.actor_id',
  ],
  recipients: ['owner', 'administrator', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders'],
  retention: 'service',
  hasOwnTime: true,
  isTechnical: true,
  store: auditStore,
};
