import type { DataCategory } from '../inventory/data-category.ts';
import { meetingStore } from './meeting-data.ts';

/**
 * Who is in a meeting, or waits for one: the name that they gave, their part in it, what they say, show and write, the
 * names of files that they offer, and the address that media goes to. Kept in memory, and at the SFU, for as long as the
 * meeting lasts.
 */
export const participants: DataCategory = {
  name: 'participants',
  activity: 'meetings',
  fields: [],
  recipients: ['owner', 'administrator', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders', 'guests'],
  retention: 'moment',
  store: null,
};

/** Where meetings go on just now, by which rules, and who was taken out of them (as hashes). */
export const liveMeetings: DataCategory = {
  name: 'live_meetings',
  activity: 'meetings',
  fields: [
    'live_meetings.slug',
    'live_meetings.started_at',
    'live_meetings.locked_at',
    'live_meetings.rules',
    'live_meetings.kept_out',
  ],
  recipients: ['owner', 'administrator', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders', 'guests'],
  retention: 'moment',
  isTechnical: true,
  store: meetingStore,
};
