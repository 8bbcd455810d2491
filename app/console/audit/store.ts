import type { Database } from '../../database/open.ts';
import type { Person } from '../../identity/person.ts';
import { scopeOf } from '../../identity/person.ts';
import type { Permission, Scope } from '../../kernel/permissions.ts';

/** What an entry names by its id alone. */
export type NamedKind = 'person' | 'room' | 'organisation' | 'invitation' | 'letter';

/** Where rows of a kind are, and how far a reader sees them. */
const kinds = {
  person: {
    table: 'people',
    permission: 'people.read',
    name: 'name',
    organisation: 'organisation_id',
    own: 'id',
  },
  room: {
    table: 'rooms',
    permission: 'rooms.read',
    name: 'name',
    organisation: 'organisation_id',
    own: 'person_id',
  },
  organisation: {
    table: 'organisations',
    permission: 'organisations.read',
    name: 'name',
    organisation: 'id',
    own: null,
  },
  letter: {
    table: 'letters',
    permission: 'letters.read',
    name: null,
    organisation: 'organisation_id',
    own: 'person_id',
  },
} as const satisfies Record<
  Exclude<NamedKind, 'invitation'>,
  {
    readonly table: string;
    readonly permission: Permission;
    readonly name: string | null;
    readonly organisation: string;
    readonly own: string | null;
  }
>;

export interface NamedRow {
  readonly id: string;
  /** Null where it has none. */
  readonly name: string | null;
  /** Whether the reader may open it. */
  readonly isReached: boolean;
  /** Its page. */
  readonly path: string;
}

interface FoundRow {
  readonly id: string;
  readonly name: string | null;
  readonly organisation_id: string | null;
  readonly person_id: string | null;
}

/** What is there of the rows that entries name, by id. Those that are gone are not in it. */
export async function namedRows(
  database: Database,
  reader: Person,
  kind: NamedKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, NamedRow>> {
  if (ids.length === 0) return new Map();
  if (kind === 'invitation') return invitations(database, reader, ids);
  const { table, permission, name, organisation, own } = kinds[kind];
  const rows: FoundRow[] = await database(table)
    .whereIn('id', [...ids])
    .select(
      'id',
      name === null ? database.raw('NULL AS name') : `${name} as name`,
      `${organisation} as organisation_id`,
      own === null ? database.raw('NULL AS person_id') : `${own} as person_id`,
    );
  const scope = scopeOf(reader, permission);
  const segment = { person: 'people', room: 'rooms', organisation: 'organisations', letter: 'letters' }[kind];
  return new Map(
    rows.map((row) => {
      const path = `/console/${segment}/${row.id}`;
      return [row.id, { id: row.id, name: row.name, isReached: reaches(scope, row), path }];
    }),
  );
}

async function invitations(
  database: Database,
  reader: Person,
  ids: readonly string[],
): Promise<ReadonlyMap<string, NamedRow>> {
  const rows: (FoundRow & { readonly room_id: string })[] = await database('invitations')
    .join('rooms', 'rooms.id', 'invitations.room_id')
    .whereIn('invitations.id', [...ids])
    .select('invitations.id', 'room_id', 'rooms.name', 'rooms.organisation_id', 'rooms.person_id');
  const scope = scopeOf(reader, 'rooms.read');
  return new Map(
    rows.map((row) => {
      const path = `/console/rooms/${row.room_id}/invitations/${row.id}`;
      return [row.id, { id: row.id, name: row.name, isReached: reaches(scope, row), path }];
    }),
  );
}

function reaches(scope: Scope | null, row: FoundRow): boolean {
  if (scope === null) return false;
  if (scope.kind === 'all') return true;
  return scope.kind === 'organisation'
    ? row.organisation_id === scope.organisationId
    : row.person_id === scope.personId;
}

/** The id of somebody by their address, if the scope reaches them. */
export async function personByAddress(
  database: Database,
  scope: Scope,
  email: string,
): Promise<string | null> {
  const rows = database('people').where({ email });
  if (scope.kind === 'organisation') rows.where({ organisation_id: scope.organisationId });
  if (scope.kind === 'own') rows.where({ id: scope.personId });
  const found: { id: string } | undefined = await rows.first('id');
  return found?.id ?? null;
}
