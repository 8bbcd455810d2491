import type { FastifyRequest } from 'fastify';
import { periodOf } from './instants.ts';
import { FhirFault, invalid } from './outcome.ts';
import type { Json } from './reading.ts';

/** Entries of a page where nobody says, and at most. */
const USUAL_COUNT = 50;
const MOST_COUNT = 200;

/** Where a page begins: behind an entry. */
export interface After {
  readonly startsAt: number;
  readonly id: string;
}

/** Parameters of a search, of which those that were used are known at the end. */
export class SearchParameters {
  readonly #query: Readonly<Record<string, unknown>>;
  readonly #used = new URLSearchParams();

  constructor(query: unknown) {
    this.#query = Object(query) as Record<string, unknown>;
  }

  /** All values of a parameter. */
  all(name: string): readonly string[] {
    const values = [this.#query[name]]
      .flat()
      .filter((each) => typeof each === 'string' && each !== '') as string[];
    if (values.length > 4) throw invalid(`The parameter ${name} comes 4 times at most.`);
    for (const value of values) this.#used.append(name, value);
    return values;
  }

  /** The one value of a parameter; null without. @throws FhirFault for several */
  one(name: string): string | null {
    const [value, ...others] = this.all(name);
    if (others.length > 0) throw invalid(`The parameter ${name} comes once.`);
    return value ?? null;
  }

  /** The id in a parameter that names a resource: `Schedule/id`, or the id. */
  reference(name: string, types: readonly string[]): string | null {
    const value = this.one(name);
    if (value === null) return null;
    const [, type, id] = /^(?:([A-Z][A-Za-z]+)\/)?([A-Za-z0-9.-]{1,64})$/.exec(value) ?? [];
    if (id === undefined || (type !== undefined && !types.includes(type)))
      throw invalid(`The parameter ${name} is written as ${types.join('/id or ')}/id.`);
    return id;
  }

  /** `system|value`, or a value without a system. */
  token(name: string): { readonly system: string; readonly value: string } | null {
    const written = this.one(name);
    if (written === null) return null;
    const bar = written.lastIndexOf('|');
    return bar === -1
      ? { system: '', value: written }
      : { system: written.slice(0, bar), value: written.slice(bar + 1) };
  }

  /** From when on, and before when: `ge2027-01-05`, `lt2027-02`, or a time by itself. */
  period(name: string): { readonly from: number | null; readonly before: number | null } {
    let from: number | null = null;
    let before: number | null = null;
    const later = (at: number) => {
      from = from === null ? at : Math.max(from, at);
    };
    const earlier = (at: number) => {
      before = before === null ? at : Math.min(before, at);
    };
    for (const written of this.all(name)) {
      const [, prefix = 'eq', value = ''] = /^(eq|ge|gt|le|lt|sa|eb)?(.*)$/.exec(written) ?? [];
      const period = periodOf(value);
      if (period === null)
        throw invalid(`The parameter ${name} is a date, as 2027-01-05, with eq, ge, gt, le or lt before it.`);
      if (prefix === 'eq' || prefix === 'ge') later(period.from);
      if (prefix === 'gt' || prefix === 'sa') later(period.before);
      if (prefix === 'eq' || prefix === 'le') earlier(period.before);
      if (prefix === 'lt' || prefix === 'eb') earlier(period.from);
    }
    return { from, before };
  }

  count(): number {
    const written = this.one('_count');
    if (written === null) return USUAL_COUNT;
    if (!/^\d{1,6}$/.test(written)) throw invalid('_count is a number.');
    return Math.min(MOST_COUNT, Math.max(1, Number(written)));
  }

  /** Where the page begins, as a link of ours said. */
  after(): After | null {
    const written = this.one('_after');
    if (written === null) return null;
    const [, startsAt, id] = /^(-?\d{1,15})-([0-9a-f]{24})$/.exec(written) ?? [];
    if (startsAt === undefined || id === undefined)
      throw invalid('_after is taken from a link of an earlier answer.');
    return { startsAt: Number(startsAt), id };
  }

  /**
   * The parameters that were used, for the links of the answer.
   *
   * @throws FhirFault for others, where the program wants to know (`Prefer: handling=strict`).
   */
  used(request: FastifyRequest): URLSearchParams {
    const others = Object.keys(this.#query).filter((name) => !this.#used.has(name));
    if (others.length > 0 && /\bhandling=strict\b/.test(String(request.headers.prefer ?? '')))
      throw new FhirFault(
        400,
        'not-supported',
        `These parameters are not known here: ${others.slice(0, 10).join(', ')}.`,
      );
    return this.#used;
  }
}

/** The answer to a search: a page of `Bundle` with the way to the next one. */
export function searchBundle(
  type: string,
  base: string,
  used: URLSearchParams,
  {
    entries,
    next,
  }: { readonly entries: readonly (Json & { readonly id: string })[]; readonly next: After | null },
) {
  const address = (parameters: URLSearchParams) =>
    `${base}/${type}${parameters.size > 0 ? `?${parameters}` : ''}`;
  const following = new URLSearchParams(used);
  if (next !== null) following.set('_after', `${next.startsAt}-${next.id}`);
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: address(used) },
      ...(next === null ? [] : [{ relation: 'next', url: address(following) }]),
    ],
    ...(entries.length > 0 && {
      entry: entries.map((resource) => ({
        fullUrl: `${base}/${type}/${resource.id}`,
        resource,
        search: { mode: 'match' },
      })),
    }),
  };
}
