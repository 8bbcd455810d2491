import type { DataCategory } from '../../inventory/data-category.ts';

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
  ],
  recipients: ['owner', 'marketing', 'dpo'],
  legalBasis: 'consent',
  subjects: ['contacts'],
  retention: 'relationship',
};
