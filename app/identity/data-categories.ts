import type { DataCategory } from '../inventory/data-category.ts';

/** Who has an account. */
export const account: DataCategory = {
  name: 'account',
  fields: [
    'people.name',
    'people.sort_name',
    'people.email',
    'people.language',
    'people.role',
    'people.status',
    'people.created_at',
    'people_words.word',
  ],
  recipients: ['owner', 'administrator', 'sales', 'dpo'],
};

/** When and with what people sign in. */
export const signIns: DataCategory = {
  name: 'sign_ins',
  fields: [
    'people.signed_in_at',
    'sessions.device',
    'sessions.created_at',
    'sessions.seen_at',
    'sessions.confirmed_at',
    'sign_ins.created_at',
    'sign_ins.return_path',
  ],
  recipients: ['owner', 'administrator', 'dpo'],
};
