import type { DataCategory } from '../../inventory/data-category.ts';
import { legalHoldStore } from './legal-hold-data.ts';

/** Whose data must not be erased for a while, and why. */
export const legalHolds: DataCategory = {
  name: 'legal_holds',
  activity: 'rights',
  fields: [
    'legal_holds.object_kind',
    'legal_holds.object_id',
    'legal_holds.reason',
    'legal_holds.ends_at',
    'legal_holds.made_by',
    'legal_holds.made_at',
    'legal_holds.lifted_at',
  ],
  recipients: ['owner', 'dpo'],
  legalBasis: 'legal_obligation',
  subjects: ['account_holders'],
  retention: 'moment',
  store: legalHoldStore,
};
