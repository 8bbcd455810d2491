import { attestations } from './attestations/data-categories.ts';
import { visits } from './audience/data-categories.ts';
import { auditEntries } from './audit/data-categories.ts';
import { appointmentImports, appointments, calendarFeeds } from './clinic/appointments/data-categories.ts';
import {
  areaMembers,
  patientAddresses,
  patientBirthDates,
  patientCaseNumbers,
  patientMessages,
  patientNames,
  patientReasons,
  patientVisits,
} from './clinic/data-categories.ts';
import { account, imports, organisations, serviceTokens, signIns } from './identity/data-categories.ts';
import type { DataCategory } from './inventory/data-category.ts';
import { letters } from './mail/data-categories.ts';
import { liveMeetings, participants } from './meetings/data-categories.ts';
import { consents } from './privacy/consent/data-categories.ts';
import { contacts } from './privacy/contact/data-categories.ts';
import { legalHolds } from './privacy/holds/data-categories.ts';
import { networkAddresses } from './privacy/network/data-categories.ts';
import { subscriptions } from './privacy/newsletter/data-categories.ts';
import { requests } from './privacy/requests/data-categories.ts';
import { invitedGuests, roomNames } from './rooms/data-categories.ts';
import { callStatistics } from './statistics/data-categories.ts';

/** Every category of personal data, for the register (inventory/register.ts). */
export const categories: readonly DataCategory[] = [
  account,
  signIns,
  imports,
  letters,
  roomNames,
  invitedGuests,
  appointments,
  appointmentImports,
  calendarFeeds,
  serviceTokens,
  participants,
  liveMeetings,
  patientNames,
  patientBirthDates,
  patientCaseNumbers,
  patientReasons,
  patientAddresses,
  patientVisits,
  patientMessages,
  areaMembers,
  organisations,
  contacts,
  subscriptions,
  visits,
  attestations,
  callStatistics,
  networkAddresses,
  auditEntries,
  consents,
  requests,
  legalHolds,
];
