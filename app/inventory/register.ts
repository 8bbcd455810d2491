import type { Activity, DataCategory } from './data-category.ts';

/**
 * Every category of personal data of the appliance: what the notice, the register of processing, retention, export,
 * access and erasure walk. Whoever puts the appliance together hands the list in (app/categories.ts).
 */
export class Register {
  /** In the order of the list. */
  readonly categories: readonly DataCategory[];
  readonly #byName: ReadonlyMap<string, DataCategory>;
  readonly #byField: ReadonlyMap<string, DataCategory>;

  /** @throws {TypeError} when two categories have one name, or one field. */
  constructor(categories: readonly DataCategory[]) {
    const byName = new Map<string, DataCategory>();
    const byField = new Map<string, DataCategory>();
    for (const category of categories) {
      if (byName.has(category.name)) throw new TypeError(`Two categories are called ${category.name}.`);
      byName.set(category.name, category);
      for (const field of category.fields) {
        const other = byField.get(field);
        if (other) throw new TypeError(`${field} is in two categories, ${other.name} and ${category.name}.`);
        byField.set(field, category);
      }
    }
    this.categories = categories;
    this.#byName = byName;
    this.#byField = byField;
  }

  /** @throws {TypeError} when there is none. */
  named(name: string): DataCategory {
    const category = this.#byName.get(name);
    if (category === undefined) throw new TypeError(`No category is called ${name}.`);
    return category;
  }

  /** Whose field it is (`table.column` or `log.field`); null if it is nobody's. */
  ownerOf(field: string): DataCategory | null {
    return this.#byField.get(field) ?? null;
  }

  /** The categories of one activity, in their order. */
  of(activity: Activity): readonly DataCategory[] {
    return this.categories.filter((category) => category.activity === activity);
  }
}
