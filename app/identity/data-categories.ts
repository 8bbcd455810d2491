import type { DataCategory } from '../inventory/data-category.ts';
import { accountStore } from './account-data.ts';
import { importStore } from './imports/import-data.ts';
import { organisationStore } from './organisation-data.ts';
import { serviceTokenStore } from './service-tokens/service-token-data.ts';
import { signInStore } from './sign-in-data.ts';

/** Who has an account. */
export const account: DataCategory = {
  name: 'account',
  activity: 'accounts',
  fields: [
    'people.id',
    'people.organisation_id',
    'people.name',
    'people.sort_name',
    'people.email',
    'people.language',
    'people.role',
    'people.status',
    'people.created_at',
    'people_words.word',
    'people_words.person_id',
  ],
  recipients: ['owner', 'administrator', 'sales', 'dpo'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  store: accountStore,
};

/** When and with what people sign in. */
export const signIns: DataCategory = {
  name: 'sign_ins',
  activity: 'accounts',
  fields: [
    'people.signed_in_at',
    'sessions.person_id',
    'sessions.device',
    'sessions.created_at',
    'sessions.seen_at',
    'sessions.confirmed_at',
    'sign_ins.person_id',
    'sign_ins.session_id',
    'sign_ins.address_hash',
    'sign_ins.created_at',
    'sign_ins.used_at',
    'sign_ins.return_path',
  ],
  recipients: ['owner', 'administrator', 'dpo'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  hasOwnTime: true,
  store: signInStore,
};

/** A list of people that was uploaded, until it is taken over or given up. */
export const imports: DataCategory = {
  name: 'imports',
  activity: 'accounts',
  fields: ['imports.organisation_id', 'imports.person_id', 'imports.content', 'imports.created_at'],
  recipients: ['owner', 'administrator'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'moment',
  store: importStore,
};

/** Who is a client: the name of an organisation may be that of a person, as with a doctor's surgery. */
export const organisations: DataCategory = {
  name: 'organisations',
  activity: 'relationship',
  fields: [
    'organisations.id',
    'organisations.name',
    'organisations.sort_name',
    'organisations.status',
    'organisations.started_at',
    'organisations.ended_at',
    'organisations.ends_at',
    'organisations.created_at',
    'erasures_under_way.organisation_id',
    'erasures_under_way.asked_at',
  ],
  recipients: ['owner', 'administrator', 'sales', 'marketing', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders'],
  retention: 'service',
  store: organisationStore,
};

/** Tokens of programs, and who made them. */
export const serviceTokens: DataCategory = {
  name: 'service_tokens',
  activity: 'accounts',
  fields: [
    'service_tokens.organisation_id',
    'service_tokens.name',
    'service_tokens.made_by',
    'service_tokens.created_at',
    'service_tokens.used_at',
    'service_tokens.revoked_at',
  ],
  recipients: ['owner', 'administrator'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  hasOwnTime: true,
  store: serviceTokenStore,
};
