import type { DataCategory } from '../../inventory/data-category.ts';
import { requestStore } from './request-data.ts';

/** Exercises of a right, while they are open; what stays of a closed one names nobody. */
export const requests: DataCategory = {
  name: 'requests',
  activity: 'rights',
  fields: [
    'requests.kind',
    'requests.channel',
    'requests.person_id',
    'requests.email',
    'requests.name',
    'requests.message',
    'requests.language',
    'requests.received_at',
    'requests.extension_reason',
    'requests.identity_checked_at',
    'requests.identity_checked_by',
    'requests.erasure_asked_by',
    'request_proofs.address_hash',
    'request_proofs.kind',
    'request_proofs.email',
    'request_proofs.message',
    'request_proofs.language',
    'request_proofs.created_at',
  ],
  recipients: ['owner', 'dpo'],
  legalBasis: 'legal_obligation',
  subjects: ['account_holders', 'guests', 'contacts', 'visitors'],
  retention: 'moment',
  store: requestStore,
};
