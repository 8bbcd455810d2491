import type { DataCategory } from '../inventory/data-category.ts';
import { meetingStore } from './meeting-data.ts';

/**
 * Who is in a meeting, or waits for one: the name that they gave, what they say and show, and the address that media
 * goes to. Kept in memory, and at the SFU, for as long as the meeting lasts.
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

/** Where meetings go on just now. */
export const liveMeetings: DataCategory = {
  name: 'live_meetings',
  activity: 'meetings',
  fields: ['live_meetings.slug', 'live_meetings.started_at', 'live_meetings.locked_at'],
  recipients: ['owner', 'administrator', 'dpo'],
  legalBasis: 'legitimate_interests',
  subjects: ['account_holders', 'guests'],
  retention: 'moment',
  isTechnical: true,
  store: meetingStore,
};
