import type { AuditLog } from '../audit/audit-log.ts';
import type { Database, Transaction } from '../database/open.ts';
import { type Asker, type Authority, authorityOf } from '../identity/authority.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { slugOf } from '../rooms/slug.ts';
import type { Area, AreaChoices, AreaMember, AreaRole } from './area.ts';
import { areaEntry } from './area-entry.ts';
import type { AreaFaults } from './area-fields.ts';
import {
  deleteMember,
  findArea,
  insertArea,
  isAreaSlugTaken,
  membersOf,
  setMember,
  updateArea,
} from './area-store.ts';
import type { CallRooms } from './call-room.ts';
import type { HangUp } from './door.ts';
import type { Feed } from './feed.ts';
import { openVisits } from './visit-store.ts';

export interface AreasOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly feed: Feed;
  readonly callRooms: CallRooms;
  readonly hangUp: HangUp;
}

const SLUG_LIMIT = 64;

/** What somebody does with waiting areas and with who works there. What is beyond their reach answers like none. */
export class Areas {
  readonly #options: AreasOptions;

  constructor(options: AreasOptions) {
    this.#options = options;
  }

  /**
   * Makes an area of the asker's organisation.
   *
   * @param slug null for one that is made of the name.
   * @throws AppError `not_found`
   */
  async make(
    asker: Asker,
    choices: AreaChoices,
    slug: string | null,
  ): Promise<{ readonly area: Area } | { readonly faults: AreaFaults }> {
    const { database, clock } = this.#options;
    return database.transaction(async (transaction) => {
      const { person } = await authorityOf(transaction, asker, 'areas.make');
      if (slug !== null && (await isAreaSlugTaken(transaction, slug)))
        return { faults: { slug: 'slug_taken' } };
      const area: Area = {
        ...choices,
        id: newId(),
        organisationId: person.organisationId,
        slug: slug ?? (await freeSlug(transaction, choices.name)),
        suspendedAt: null,
        version: 1,
        createdAt: clock(),
      };
      await insertArea(transaction, area);
      await this.#options.audit.record(asker.actor, areaEntry('area.made', area), transaction);
      return { area };
    });
  }

  /** Changes an area that was read as `version`. @throws AppError `not_found`; `changed_meanwhile` */
  async change(
    asker: Asker,
    { id, version }: { readonly id: string; readonly version: number },
    choices: AreaChoices,
  ): Promise<Area> {
    const { database } = this.#options;
    const area = await database.transaction(async (transaction) => {
      const before = await this.#find(transaction, asker, id);
      if (before.version !== version) throw new AppError('changed_meanwhile');
      const after: Area = { ...before, ...choices };
      const fields = (Object.keys(choices) as (keyof AreaChoices)[]).filter(
        (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
      );
      if (fields.length === 0) return before;
      if (!(await updateArea(transaction, after))) throw new AppError('changed_meanwhile');
      await this.#options.audit.record(
        asker.actor,
        areaEntry('area.changed', after, { fields }),
        transaction,
      );
      return after;
    });
    this.#options.feed.publish({ kind: 'area', areaId: id });
    return area;
  }

  /** Deletes an area with everything of those who wait there. @throws AppError `not_found` */
  async remove(asker: Asker, id: string): Promise<void> {
    const { database, callRooms, feed, hangUp } = this.#options;
    const slugs = await database.transaction(async (transaction) => {
      const area = await this.#find(transaction, asker, id);
      const closed = [];
      for (const { roomId } of await openVisits(transaction, [id]))
        closed.push(await callRooms.close(transaction, roomId));
      await transaction('areas').where({ id }).delete();
      await this.#options.audit.record(asker.actor, areaEntry('area.deleted', area), transaction);
      return closed.filter((slug) => slug !== null);
    });
    for (const slug of slugs) await hangUp(slug, asker.actor);
    feed.publish({ kind: 'area', areaId: id });
  }

  /**
   * Gives somebody of the area's organisation a role in it.
   *
   * @param email of an account.
   * @throws AppError `not_found`
   */
  async setMember(
    asker: Asker,
    areaId: string,
    {
      email,
      role,
      getsLetters,
    }: { readonly email: string; readonly role: AreaRole; readonly getsLetters: boolean },
  ): Promise<{ readonly personId: string } | { readonly faults: AreaFaults }> {
    const { database, clock, feed } = this.#options;
    const set = await database.transaction(async (transaction) => {
      const area = await this.#find(transaction, asker, areaId);
      const person: { id: string } | undefined = await transaction('people')
        .where({ email, organisation_id: area.organisationId, status: 'active' })
        .whereIn('role', ['owner', 'administrator', 'member'])
        .first('id');
      if (person === undefined) return { faults: { email: 'person_unknown' } as const };
      await setMember(transaction, { areaId, personId: person.id, role, getsLetters }, clock());
      await this.#options.audit.record(
        asker.actor,
        areaEntry('area.member_set', area, { person: person.id, role }),
        transaction,
      );
      return { personId: person.id };
    });
    feed.publish({ kind: 'area', areaId });
    return set;
  }

  /** Takes somebody out of an area. @throws AppError `not_found` */
  async removeMember(asker: Asker, areaId: string, personId: string): Promise<void> {
    const { database, feed } = this.#options;
    await database.transaction(async (transaction) => {
      const area = await this.#find(transaction, asker, areaId);
      if (!(await deleteMember(transaction, areaId, personId))) throw new AppError('not_found');
      await this.#options.audit.record(
        asker.actor,
        areaEntry('area.member_removed', area, { person: personId }),
        transaction,
      );
    });
    feed.publish({ kind: 'area', areaId });
  }

  /** Who works in an area that somebody reaches. */
  members(areaId: string): Promise<AreaMember[]> {
    return membersOf(this.#options.database, [areaId]);
  }

  async #find(transaction: Transaction, asker: Asker, id: string): Promise<Area> {
    const { scope }: Authority = await authorityOf(transaction, asker, 'areas.write');
    const area = await findArea(transaction, scope, id);
    if (area === null) throw new AppError('not_found');
    return area;
  }
}

/** An address made of the name, with a number where it is taken. */
async function freeSlug(transaction: Transaction, name: string): Promise<string> {
  const plain = slugOf(name);
  if (plain === null) throw new AppError('invalid_input');
  const beginning = plain.slice(0, SLUG_LIMIT - 5).replace(/-$/, '');
  // `back` is where letters lead to.
  let slug = beginning === 'back' ? 'back-1' : beginning;
  for (let number = 2; await isAreaSlugTaken(transaction, slug); number += 1) slug = `${beginning}-${number}`;
  return slug;
}
