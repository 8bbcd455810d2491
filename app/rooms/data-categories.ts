import type { DataCategory } from '../inventory/data-category.ts';
import { invitationStore } from './invitation-data.ts';
import { roomStore } from './room-data.ts';

/** Rooms and whose they are: a name may say what is spoken of there, or with whom. */
export const roomNames: DataCategory = {
  name: 'rooms',
  activity: 'meetings',
  fields: [
    'rooms.id',
    'rooms.name',
    'rooms.sort_name',
    'rooms.slug',
    'rooms.organisation_id',
    'rooms.person_id',
    'rooms.created_at',
    'rooms_words.word',
  ],
  recipients: ['owner', 'administrator'],
  legalBasis: 'contract',
  subjects: ['account_holders'],
  retention: 'service',
  store: roomStore,
};

/** Who is invited into a room, and when. */
export const invitedGuests: DataCategory = {
  name: 'invitations',
  activity: 'meetings',
  fields: [
    'invitations.id',
    'invitations.room_id',
    'invitations.name',
    'invitations.email',
    'invitations.language',
    'invitations.starts_at',
    'invitations.duration_minutes',
    'invitations.time_zone',
    'invitations.expires_at',
    'invitations.revoked_at',
    'invitations.letter_id',
    'invitations.created_by',
    'invitations.created_at',
  ],
  recipients: ['owner', 'administrator'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders', 'guests'],
  retention: 'service',
  hasOwnTime: true,
  store: invitationStore,
};
