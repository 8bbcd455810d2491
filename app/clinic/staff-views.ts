import type { Database } from '../database/open.ts';
import { type Clock, HOUR_MS } from '../kernel/clock.ts';
import type { Area, AreaMember } from './area.ts';
import { openingOf } from './area-opening.ts';
import { allowedTo, mayInArea } from './area-permissions.ts';
import { activeAreas, membersOf, readArea } from './area-store.ts';
import { expectedIn } from './expected.ts';
import type { Memberships } from './memberships.ts';
import { messagesOf } from './message-store.ts';
import type {
  AreaView,
  Colleague,
  ExpectedView,
  GuestView,
  HandOverTarget,
  StaffView,
  VisitView,
} from './staff-view.ts';
import type { CallBack } from './visit.ts';
import type { VisitRow } from './visit-rows.ts';

/** Who left is shown for so long. */
const LEFT_MS = 4 * HOUR_MS;

/** A visit, and who of the staff was brought into it. */
export interface SeenVisit {
  readonly view: VisitView;
  readonly broughtIn: readonly string[];
}

type ViewRow = VisitRow & {
  readonly taken_name: string | null;
  readonly meant_name: string | null;
  readonly note_name: string | null;
  readonly expected_at: number | null;
};

interface GuestRow {
  readonly id: string;
  readonly visit_id: string;
  readonly kind: GuestView['kind'];
  readonly person_id: string | null;
  readonly name: string;
}

/** What the staff see: everything of the areas that they work in, and no more. */
export class StaffViews {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #memberships: Memberships;
  readonly #callBackBy: (said: VisitRow) => VisitView['callBackBy'];

  constructor({
    database,
    clock,
    memberships,
    hasGateway,
  }: {
    readonly database: Database;
    readonly clock: Clock;
    readonly memberships: Memberships;
    /** Whether text messages can be sent. */
    readonly hasGateway: boolean;
  }) {
    this.#database = database;
    this.#clock = clock;
    this.#memberships = memberships;
    this.#callBackBy = ({ phone, email }) =>
      phone !== null && hasGateway ? 'sms' : email === null ? null : 'letter';
  }

  /** Everything that somebody sees; for who works nowhere, nothing but the calls that they were brought into. */
  async of(person: Colleague & { readonly organisationId: string }): Promise<StaffView> {
    const memberships = await this.#memberships.of(person.id);
    const roles = new Map(memberships.map(({ areaId, role }) => [areaId, role]));
    const areas = await activeAreas(this.#database, person.organisationId);
    const members = await membersOf(
      this.#database,
      areas.map(({ id }) => id),
    );
    const mine = areas.flatMap((area) => {
      const role = roles.get(area.id);
      return role === undefined ? [] : [this.#areaOf(area, role, members)];
    });
    const readable = mine.filter(({ may }) => may.includes('queue.read'));
    const expecting = new Set(
      mine.filter(({ may }) => may.includes('appointments.read')).map(({ id }) => id),
    );
    const now = this.#clock();
    const mayHandOver = mine.some(({ may }) => may.includes('visits.hand_over'));
    return {
      now,
      me: { id: person.id, name: person.name },
      areas: mine,
      targets: mayHandOver ? areas.map((area) => targetOf(area, members)) : [],
      visits: (
        await this.#visits((query) =>
          query.where((each) =>
            each
              .whereIn(
                'visits.area_id',
                readable.map(({ id }) => id),
              )
              .orWhereIn(
                'visits.id',
                this.#database('visit_guests').where({ person_id: person.id }).select('visit_id'),
              ),
          ),
        )
      ).map(({ view }) => view),
      expected: (
        await Promise.all(
          areas.filter(({ id }) => expecting.has(id)).map((area) => expectedIn(this.#database, area, now)),
        )
      )
        .flat()
        .sort((one, other) => one.startsAt - other.startsAt),
    };
  }

  /** Today's appointments of an area, for those who may read them; none where there is no such area any more. */
  async expected(areaId: string): Promise<readonly ExpectedView[]> {
    const area = await readArea(this.#database, areaId);
    return area === null ? [] : expectedIn(this.#database, area, this.#clock());
  }

  /** One visit as those see it who may; null for one that is not there any more. */
  async visit(id: string): Promise<SeenVisit | null> {
    const [seen = null] = await this.#visits((query) => query.where({ 'visits.id': id }), true);
    return seen;
  }

  #areaOf(area: Area, role: AreaView['role'], members: readonly AreaMember[]): AreaView {
    const opening = openingOf(area, this.#clock());
    return {
      id: area.id,
      slug: area.slug,
      name: area.name,
      role,
      may: allowedTo(role),
      isOpen: opening.isOpen && area.suspendedAt === null,
      opensAt: opening.opensAt,
      suspendedAt: area.suspendedAt,
      tooLongMinutes: area.tooLongMinutes,
      timeZone: area.timeZone,
      colleagues: colleaguesOf(area, members),
      interpreters: members
        .filter((each) => each.areaId === area.id && each.role === 'interpreter')
        .map(nameOf),
    };
  }

  async #visits(
    narrow: (query: ReturnType<Database>) => ReturnType<Database>,
    whateverState = false,
  ): Promise<SeenVisit[]> {
    const query = this.#database('visits')
      .leftJoin('people as taker', 'taker.id', 'visits.taken_by')
      .leftJoin('people as wanted', 'wanted.id', 'visits.meant_for')
      .leftJoin('people as writer', 'writer.id', 'visits.note_by')
      .leftJoin('appointments', 'appointments.id', 'visits.appointment_id')
      .orderBy(['visits.queue_at', 'visits.id'])
      .select(
        'visits.*',
        'taker.name as taken_name',
        'wanted.name as meant_name',
        'writer.name as note_name',
        'appointments.starts_at as expected_at',
      );
    if (!whateverState)
      query.whereRaw(
        "(visits.state IN ('waiting', 'called', 'in_call') OR (visits.state = 'left' AND visits.state_at > ?))",
        [this.#clock() - LEFT_MS],
      );
    const rows: ViewRow[] = await narrow(query);
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const guests: GuestRow[] = await this.#database('visit_guests')
      .join('invitations', 'invitations.id', 'visit_guests.invitation_id')
      .whereIn('visit_guests.visit_id', ids)
      .orderBy('visit_guests.made_at')
      .select(
        'visit_guests.id',
        'visit_guests.visit_id',
        'visit_guests.kind',
        'visit_guests.person_id',
        'invitations.name',
      );
    const messages = await messagesOf(this.#database, ids);
    const guestsOf = Map.groupBy(guests, (each) => each.visit_id);
    const messagesBy = Map.groupBy(messages, (each) => each.visitId);
    return rows.map((row) => {
      const brought = guestsOf.get(row.id) ?? [];
      return {
        view: {
          ...this.#viewOf(row),
          guests: brought.map(({ id, kind, name, person_id }) => ({ id, kind, name, personId: person_id })),
          messages: (messagesBy.get(row.id) ?? []).map(({ text, sentAt }) => ({ text, sentAt })),
        },
        broughtIn: brought.flatMap((each) => (each.person_id === null ? [] : [each.person_id])),
      };
    });
  }

  #viewOf(row: ViewRow): Omit<VisitView, 'guests' | 'messages'> {
    return {
      id: row.id,
      areaId: row.area_id,
      version: row.version,
      state: row.state,
      outcome: row.outcome,
      number: row.number,
      name: row.name,
      birthDate: row.birth_date,
      caseNumber: row.case_number,
      reason: row.reason,
      callBackBy: this.#callBackBy(row),
      callBack: row.call_back satisfies CallBack | null,
      language: row.language,
      expectedAt: row.expected_at,
      hasAppointment: row.appointment_id !== null,
      arrivedAt: row.arrived_at,
      queueAt: row.queue_at,
      stateAt: row.state_at,
      lostAt: row.lost_at,
      meantFor: colleague(row.meant_for, row.meant_name),
      takenBy: colleague(row.taken_by, row.taken_name),
      note: row.note,
      noteBy: row.note_name,
    };
  }
}

/** Whether a role in an area shows who is expected there. */
export function showsAppointments(role: AreaView['role'] | undefined): boolean {
  return role !== undefined && mayInArea(role, 'appointments.read');
}

/** Whether a role in the area of a visit shows it. */
export function showsQueue(role: AreaView['role'] | undefined): boolean {
  return role !== undefined && mayInArea(role, 'queue.read');
}

const nameOf = ({ personId, name }: AreaMember): Colleague => ({ id: personId, name });

const colleague = (id: string | null, name: string | null): Colleague | null =>
  id === null || name === null ? null : { id, name };

function colleaguesOf(area: Area, members: readonly AreaMember[]): readonly Colleague[] {
  return members.filter((each) => each.areaId === area.id && mayInArea(each.role, 'visits.take')).map(nameOf);
}

function targetOf(area: Area, members: readonly AreaMember[]): HandOverTarget {
  return { id: area.id, name: area.name, colleagues: colleaguesOf(area, members) };
}
