import type { DataCategory } from '../../inventory/data-category.ts';

/** Addresses of those who ask: whole in memory, to answer and to limit; in the log cut to their network. */
export const networkAddresses: DataCategory = {
  name: 'network_addresses',
  activity: 'security',
  fields: ['log.address'],
  recipients: ['owner', 'technical'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders', 'guests', 'contacts', 'visitors'],
  retention: 'moment',
  isTechnical: true,
  store: null,
};
