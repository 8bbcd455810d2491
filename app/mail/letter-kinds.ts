/** What letters are for. Their texts are `letters.kinds.<kind>`, and why somebody gets one `letters.reasons.<kind>`. */
export const letterKinds = [
  'sign_in',
  'confirmation',
  'new_sign_in',
  'account_made',
  'invitation',
  'invitation_changed',
  'invitation_cancelled',
  'certificate_alarm',
  'erasure_ahead',
  'contact_message',
  'newsletter_confirmation',
  'newsletter',
  'request_code',
  'request',
  'request_duty',
  'erased',
  'statistics',
  'test',
] as const;
export type LetterKind = (typeof letterKinds)[number];
