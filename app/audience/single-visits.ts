import { isIPv6 } from 'node:net';
import { networkOf } from '../edge/network-address.ts';
import type { CollectedRecord } from '../inventory/category-store.ts';
import { cutOff } from '../inventory/category-store.ts';
import type { OutsideStore } from '../inventory/outside-store.ts';
import { DAY_MS } from '../kernel/clock.ts';
import type { Language } from '../kernel/languages.ts';
import { type FoundVisit, readExported, readFound } from './found-visit.ts';
import type { MatomoServer, MatomoStatus } from './matomo-server.ts';

/** What somebody says of a visit of theirs. */
export interface VisitTrace {
  /** Of the site that was visited. */
  readonly host: string;
  /** Within which time it ended, in milliseconds since 1970; at most a day. */
  readonly from: number;
  readonly until: number;
  /** An address that it came from; null where that is not known. */
  readonly address: string | null;
  /** Of whoever looks. */
  readonly language: Language;
}

export interface SingleVisitsOptions {
  readonly matomo: Pick<MatomoServer, 'call' | 'status'>;
  /** How long visits are kept, in days. */
  readonly keepDays: number;
}

type MatomoSite = MatomoStatus['sites'][number];

/** Matomo answers no more than 401 at once: one more than it finds. */
const MOST_FOUND = 400;

/**
 * The single visits that Matomo keeps, through its own API for the rights of those concerned (`PrivacyManager.*DataSubjects`,
 * https://developer.matomo.org/api-reference/reporting-api#PrivacyManager). They hold nothing that says whose they are.
 * Only who visited can add what finds theirs (GDPR, Article 11(2)): when that was, on what, and from where.
 */
export class SingleVisits implements OutsideStore {
  readonly category = 'visits';
  readonly #options: SingleVisitsOptions;

  constructor(options: SingleVisitsOptions) {
    this.#options = options;
  }

  /**
   * Visits that may be meant, the latest first; null when there are more than can be told from each other.
   *
   * @throws Error when Matomo does not answer, or does not know the site.
   */
  async find({ host, from, until, address, language }: VisitTrace): Promise<readonly FoundVisit[] | null> {
    const site = await this.#site(host);
    const found: FoundVisit[] = [];
    for (const hours of hoursOfDays(from, until)) {
      const conditions = [hours, ...(address === null ? [] : [`visitIp==${networkOf(address)}`])];
      const visits = await this.#search(site, conditions, language);
      if (visits.length > MOST_FOUND) return null;
      found.push(...visits.filter(({ endedAt }) => from <= endedAt && endedAt <= until));
    }
    return found.toSorted((one, other) => other.endedAt - one.endedAt);
  }

  /** Everything that is kept of visits, in their visitor's language. @throws Error when Matomo does not answer. */
  async collect(
    host: string,
    numbers: readonly number[],
    language: Language,
  ): Promise<readonly CollectedRecord[]> {
    if (numbers.length === 0) return [];
    const site = await this.#site(host);
    const asked = { ...listOf(site, numbers), language };
    return readExported(await this.#call(site, 'exportDataSubjects', asked));
  }

  /** Erases visits; answers how many there were. @throws Error when Matomo does not answer. */
  async erase(host: string, numbers: readonly number[]): Promise<number> {
    return this.#erase(await this.#site(host), numbers);
  }

  /** Matomo deletes what is over by itself, once a day. What it left there goes now. */
  async expire(now: number): Promise<number> {
    const { sites } = await this.#options.matomo.status();
    let erased = 0;
    for (const site of sites) {
      for (;;) {
        const due = await this.#search(site, [`visitEndServerDate<${dayOf(this.cutOff(now))}`]);
        const numbers = due.map(({ number }) => number);
        const count = await this.#erase(site, numbers);
        erased += count;
        if (due.length === 0) break;
        // It would be found for ever.
        if (count === 0) throw new Error('Matomo does not erase what is over.');
      }
    }
    return erased;
  }

  async count(now: number): Promise<{ readonly total: number; readonly due: number }> {
    const { visits } = await this.#options.matomo.status();
    const end = dayOf(this.cutOff(now));
    const due = visits.days.filter(({ day }) => day < end).reduce((sum, { count }) => sum + count, 0);
    return { total: visits.count, due };
  }

  /** The beginning of a day of UTC: Matomo finds and forgets whole days. */
  cutOff(now: number): number {
    const at = cutOff({ now }, this.#options.keepDays);
    return at - (at % DAY_MS);
  }

  async #site(host: string): Promise<MatomoSite> {
    const { sites } = await this.#options.matomo.status();
    // As URLs have it.
    const name = isIPv6(host) ? `[${host}]` : host;
    const site = sites.find((each) => each.host === name);
    if (site === undefined) throw new Error('Matomo does not know this site.');
    return site;
  }

  async #search(
    site: MatomoSite,
    conditions: readonly string[],
    language: Language = 'en',
  ): Promise<readonly FoundVisit[]> {
    const parameters = { idSite: String(site.id), segment: conditions.join(';'), language };
    return readFound(await this.#call(site, 'findDataSubjects', parameters));
  }

  async #erase(site: MatomoSite, numbers: readonly number[]): Promise<number> {
    if (numbers.length === 0) return 0;
    const answer = await this.#call(site, 'deleteDataSubjects', listOf(site, numbers));
    // Rows by the tables of Matomo's database.
    return Number(Object(answer).log_visit ?? 0);
  }

  #call(
    { host }: MatomoSite,
    method: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    return this.#options.matomo.call(host, `PrivacyManager.${method}`, parameters);
  }
}

/** As PHP reads a list from a form. */
function listOf({ id }: MatomoSite, numbers: readonly number[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    numbers.flatMap((number, index) => [
      [`visits[${index}][idsite]`, String(id)],
      [`visits[${index}][idvisit]`, String(number)],
    ]),
  );
}

/** The hours of UTC of a span, day by day: what Matomo can search by. */
function hoursOfDays(from: number, until: number): readonly string[] {
  const days: string[] = [];
  for (let at = from; at <= until; at = startOfNext(at)) {
    const end = Math.min(until, startOfNext(at) - 1);
    const hour = (instant: number) => new Date(instant).getUTCHours();
    days.push(`visitEndServerDate==${dayOf(at)};visitServerHour>=${hour(at)};visitServerHour<=${hour(end)}`);
  }
  return days;
}

const startOfNext = (at: number) => at - (at % DAY_MS) + DAY_MS;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length);
