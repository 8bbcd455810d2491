import type { DataCategory } from '../../inventory/data-category.ts';
import { consentStore } from './consent-data.ts';

/** What people chose about what can be agreed to or refused: the proof of it (GDPR, Article 7(1)). */
export const consents: DataCategory = {
  name: 'consents',
  activity: 'rights',
  fields: [
    'consents.person_id',
    'consents.browser_hash',
    'consents.subscription_id',
    'consents.purpose',
    'consents.text_version',
    'consents.language',
    'consents.hosts',
    'consents.is_given',
    'consents.decided_at',
    'consents.withdrawn_at',
  ],
  recipients: ['owner', 'dpo'],
  legalBasis: 'legal_obligation',
  subjects: ['account_holders', 'visitors', 'contacts'],
  retention: 'service',
  hasOwnTime: true,
  store: consentStore,
};
