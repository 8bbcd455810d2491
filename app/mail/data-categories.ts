import type { DataCategory } from '../inventory/data-category.ts';
import { letterStore } from './letter-data.ts';

/** Who was written to, when and what about; the content only until the letter is sent or given up. */
export const letters: DataCategory = {
  name: 'letters',
  activity: 'accounts',
  fields: [
    'letters.id',
    'letters.kind',
    'letters.organisation_id',
    'letters.person_id',
    'letters.recipient',
    'letters.recipient_name',
    'letters.language',
    'letters.created_at',
    'letters.done_at',
    'letters.last_reply',
    'letters.subject',
    'letters.text',
    'letters.html',
    'letters.attachments',
    'letters.unsubscribe_url',
    'log.letter',
    'letters_words.word',
  ],
  recipients: ['owner', 'administrator'],
  legalBasis: 'contract',
  subjects: ['account_holders', 'guests'],
  retention: 'service',
  hasOwnTime: true,
  store: letterStore,
};
