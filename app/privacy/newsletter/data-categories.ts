import type { DataCategory } from '../../inventory/data-category.ts';
import { subscriptionStore } from './subscription-data.ts';

/** Who asked for the newsletter. */
export const subscriptions: DataCategory = {
  name: 'subscriptions',
  activity: 'relationship',
  fields: [
    'subscriptions.email',
    'subscriptions.language',
    'subscriptions.text_version',
    'subscriptions.asked_at',
    'subscriptions.confirmed_at',
    'subscriptions.ended_at',
    'newsletters.sent_to',
  ],
  recipients: ['owner', 'marketing', 'dpo'],
  legalBasis: 'consent',
  subjects: ['contacts'],
  retention: 'relationship',
  hasOwnTime: true,
  store: subscriptionStore,
};
