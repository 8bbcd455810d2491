import type { Role } from '../kernel/roles.ts';
import type { CategoryStore } from './category-store.ts';

/** What makes the processing lawful (GDPR, Article 6(1), letters a, b, c and f). */
export type LegalBasis = 'consent' | 'contract' | 'legal_obligation' | 'legitimate_interests';

/** Whose data it is. */
export type DataSubjects = 'account_holders' | 'guests' | 'contacts' | 'visitors';

/**
 * What the data is processed for; each is one entry of the register of processing (GDPR, Article 30(1)). The order is
 * that of the notice.
 */
export const activities = ['accounts', 'meetings', 'relationship', 'audience', 'security', 'rights'] as const;
export type Activity = (typeof activities)[number];

/**
 * How long a category is kept.
 *
 * - `service`: while the organisation is a client, and `privacy.service_days` after.
 * - `relationship`: `privacy.relationship_days` after the organisation ceased to be one, or after the last contact.
 * - `statistics`: 12 rolling months, pseudonymised.
 * - `moment`: until what it belongs to is over: a meeting, a session, a letter that was sent. The category's own
 *   feature sees to it, and `data.<name>.kept` says when that is.
 */
export type RetentionRule = 'service' | 'relationship' | 'statistics' | 'moment';

/** One category of personal data, declared by the feature that keeps it in its `data-categories.ts`. */
export interface DataCategory {
  /**
   * Its texts are `data.<name>.*` in the locales: `title`; `what` it is; its `purpose`; `interest`, if it rests on
   * legitimate interests (Article 13(1)(d)); `kept`, where the retention rule alone does not say how long.
   */
  readonly name: string;
  readonly activity: Activity;
  /**
   * Where it is: `table.column` of the database, `log.field` of the app's log. Empty for what is in memory only or is
   * kept by another program.
   */
  readonly fields: readonly string[];
  /** Roles that see it of others, as far as their permissions reach; whom it is about sees it anyway. */
  readonly recipients: readonly Role[];
  readonly legalBasis: LegalBasis;
  readonly subjects: readonly DataSubjects[];
  readonly retention: RetentionRule;
  /** Whether `data.<name>.kept` says more about the time than the rule does. Default: for `moment` only. */
  readonly hasOwnTime?: boolean;
  /** Technical data is left out of an export for its subject (commitment, § 9). Default: no. */
  readonly isTechnical?: boolean;
  /** What is stored of it; null where nothing is. */
  readonly store: CategoryStore | null;
}

/** Whether a role sees a category of others' data. */
export function sees(role: Role, category: DataCategory): boolean {
  return category.recipients.includes(role);
}
