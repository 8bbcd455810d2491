import type { DataCategory } from '../inventory/data-category.ts';
import { attestationStore } from './attestation-data.ts';

/** That a meeting took place in somebody's room, when, and how well it was connected. */
export const attestations: DataCategory = {
  name: 'attestations',
  activity: 'meetings',
  fields: [
    'attestations.id',
    'attestations.organisation_id',
    'attestations.person_id',
    'attestations.edition',
    'attestations.started_at',
    'attestations.ended_at',
    'attestations.together_seconds',
    'attestations.people',
    'attestations.drops',
    'attestations.stays',
    'attestations.seal',
  ],
  recipients: ['owner', 'administrator'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  hasOwnTime: true,
  store: attestationStore,
};
