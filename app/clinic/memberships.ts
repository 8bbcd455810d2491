import type { Database, Transaction } from '../database/open.ts';
import { AppError } from '../kernel/errors.ts';
import type { AreaRole } from './area.ts';
import { type AreaPermission, mayInArea } from './area-permissions.ts';

/** Where somebody works, and as what. */
export interface Membership {
  readonly areaId: string;
  readonly role: AreaRole;
}

/** The areas that somebody works in. Whoever leaves an organisation, or whose organisation ends, works nowhere. */
export class Memberships {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(personId: string, database: Database | Transaction = this.#database): Promise<Membership[]> {
    const rows: { area_id: string; role: AreaRole }[] = await database('area_members')
      .join('areas', 'areas.id', 'area_members.area_id')
      .join('organisations', 'organisations.id', 'areas.organisation_id')
      .join('people', 'people.id', 'area_members.person_id')
      .where({
        'area_members.person_id': personId,
        'organisations.status': 'active',
        'people.status': 'active',
      })
      .whereRaw('people.organisation_id = areas.organisation_id')
      .select('area_members.area_id', 'area_members.role');
    return rows.map((row) => ({ areaId: row.area_id, role: row.role }));
  }

  /**
   * What somebody is in an area where they may do this.
   *
   * @throws AppError `not_found`: they do not work there, or may not; the same as for an area that does not exist.
   */
  async demand(
    personId: string,
    areaId: string,
    permission: AreaPermission,
    database: Database | Transaction = this.#database,
  ): Promise<AreaRole> {
    const found = (await this.of(personId, database)).find((each) => each.areaId === areaId);
    if (found === undefined || !mayInArea(found.role, permission)) throw new AppError('not_found');
    return found.role;
  }
}
