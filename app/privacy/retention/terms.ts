import type { Config } from '../../../config/config.ts';
import type { CategoryStore, RetentionTerms } from '../../inventory/category-store.ts';
import { cutOff } from '../../inventory/category-store.ts';
import type { DataCategory } from '../../inventory/data-category.ts';

/** The settings that say how long things are kept. */
export type RetentionSettings = Pick<
  Config['privacy'],
  'service_days' | 'relationship_days' | 'invitation_days' | 'letter_days' | 'attestation_days'
>;

export function termsOf(
  settings: RetentionSettings,
  now: number,
  heldIds: ReadonlySet<string>,
): RetentionTerms {
  return {
    now,
    serviceDays: settings.service_days,
    relationshipDays: settings.relationship_days,
    invitationDays: settings.invitation_days,
    letterDays: settings.letter_days,
    attestationDays: settings.attestation_days,
    heldIds,
  };
}

/** A category of which something is stored. */
export type StoredCategory = DataCategory & { readonly store: CategoryStore };

/** Those of which something is stored, in the order in which they are erased: what hangs on others first. */
export function storedCategories(categories: readonly DataCategory[]): readonly StoredCategory[] {
  return categories
    .filter((each): each is StoredCategory => each.store !== undefined && each.store !== null)
    .toSorted((one, other) => (one.store.order ?? 0) - (other.store.order ?? 0));
}

/** What ended then or before is erased, by the category's own reckoning or its rule. */
export function cutOffOf({ store, retention }: StoredCategory, terms: RetentionTerms): number {
  if (store.cutOff) return store.cutOff(terms);
  if (retention === 'relationship') return cutOff(terms, terms.relationshipDays);
  return retention === 'service' ? cutOff(terms, terms.serviceDays) : terms.now;
}
