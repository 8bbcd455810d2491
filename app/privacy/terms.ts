import type { Config } from '../../config/config.ts';
import { DECISION_DAYS } from './consent/decision.ts';

/** The settings that what is promised depends on. */
export type PrivacySettings = Pick<
  Config,
  'controller' | 'privacy' | 'sign_in' | 'mail' | 'analytics' | 'sites' | 'analyticsOrigin'
>;

/** How long things are kept at this installation, for texts to name. */
export function privacyTerms({ privacy, sign_in, mail, analytics }: PrivacySettings) {
  return {
    serviceDays: privacy.service_days,
    relationshipDays: privacy.relationship_days,
    invitationDays: privacy.invitation_days,
    letterDays: privacy.letter_days,
    attestationDays: privacy.attestation_days,
    letterHours: mail.give_up_hours,
    sessionDays: sign_in.session_days,
    linkMinutes: sign_in.link_minutes,
    visitDays: analytics.keep_days,
    addresses: privacy.log_addresses,
    decisionDays: DECISION_DAYS + privacy.service_days,
  } as const;
}
export type PrivacyTerms = ReturnType<typeof privacyTerms>;

/** Whether visits can be counted at all: Matomo runs in containers only. */
export function measuresAudience({ analyticsOrigin }: PrivacySettings): boolean {
  return analyticsOrigin !== null;
}
