import type { Role } from '../kernel/roles.ts';

/** One category of personal data, declared by the feature that keeps it in its `data-categories.ts`. */
export interface DataCategory {
  /** Its texts are `data.<name>.*` in the locales. */
  readonly name: string;
  /** `table.column`. */
  readonly fields: readonly string[];
  /** Roles that see it of others, as far as their permissions reach; whom it is about sees it anyway. */
  readonly recipients: readonly Role[];
}

/** Whether a role sees a category of others' data. */
export function sees(role: Role, category: DataCategory): boolean {
  return category.recipients.includes(role);
}
