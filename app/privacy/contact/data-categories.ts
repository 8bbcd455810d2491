import type { DataCategory } from '../../inventory/data-category.ts';
import { contactStore } from './contact-data.ts';

/** What people write by the contact form. */
export const contacts: DataCategory = {
  name: 'contacts',
  activity: 'relationship',
  fields: [
    'contacts.company',
    'contacts.name',
    'contacts.sort_name',
    'contacts.email',
    'contacts.phone',
    'contacts.message',
    'contacts.language',
    'contacts.host',
    'contacts.created_at',
    'contacts.handled_at',
    'contacts_words.word',
    'contacts_words.contact_id',
  ],
  recipients: ['owner', 'sales', 'marketing', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['contacts'],
  retention: 'relationship',
  store: contactStore,
};
