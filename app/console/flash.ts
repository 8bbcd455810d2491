/**
 * What a page can say at its head after a form was done and redirected to it. Texts: `console.done.<code>`. A new code
 * goes into this list and into both locales.
 */
const doneCodes = [
  'person_made',
  'person_changed',
  'role_changed',
  'person_blocked',
  'person_unblocked',
  'person_deleted',
  'people_imported',
  'people_imported_quietly',
  'import_was_done',
  'organisation_made',
  'organisation_changed',
  'organisation_ended',
  'organisation_reactivated',
  'organisation_deleted',
  'meeting_ended',
  'meeting_locked',
  'meeting_unlocked',
  'room_made',
  'room_changed',
  'room_deleted',
  'invitation_made',
  'invitation_sent',
  'invitation_changed',
  'invitation_renewed',
  'invitation_revoked',
  'appointment_made',
  'appointment_sent',
  'appointment_changed',
  'appointment_cancelled',
  'appointments_imported',
  'slots_made',
  'slot_deleted',
  'slots_deleted',
  'feed_made',
  'feed_revoked',
  'feed_names_changed',
  'service_token_revoked',
  'area_made',
  'area_changed',
  'area_deleted',
  'area_member_set',
  'area_member_removed',
  'contact_handled',
  'contact_reopened',
  'contact_deleted',
  'subscription_ended',
  'newsletter_sent',
  'letter_sent',
  'letter_withdrawn',
  'retention_counted',
  'retention_ran',
  'retention_failed',
  'hold_made',
  'hold_lifted',
  'request_made',
  'request_checked',
  'request_extended',
  'request_visits_erased',
  'request_refused',
  'request_answered',
  'request_erasure_asked',
  'request_erased',
] as const;
export type DoneCode = (typeof doneCodes)[number];

/** A page of ours that says what was done: `reply.redirect(withDone('/console/people', 'person_made'), 303)`. */
export function withDone(path: string, code: DoneCode): string {
  return `${path}${path.includes('?') ? '&' : '?'}done=${code}`;
}

/** The code in a query; null for one that is none of the list. */
export function doneCode(query: unknown): DoneCode | null {
  const { done } = Object(query) as { readonly done?: unknown };
  return doneCodes.find((each) => each === done) ?? null;
}
