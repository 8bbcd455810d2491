import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { Database } from '../database/open.ts';
import { ADMITTED } from '../identity/admitted.ts';
import type { AreaRole } from './area.ts';
import type { ClinicEvent, Feed } from './feed.ts';
import { LiveSocket } from './live-socket.ts';
import type { StaffMessage } from './staff-view.ts';
import { type SeenVisit, type StaffViews, showsAppointments, showsQueue } from './staff-views.ts';

/** Who looks, and the session that lets them. */
export interface Watcher {
  readonly id: string;
  readonly name: string;
  readonly organisationId: string;
  readonly sessionId: string;
}

/** One page that is open. */
interface Open {
  readonly watcher: Watcher;
  readonly socket: LiveSocket;
  roles: ReadonlyMap<string, AreaRole>;
  /** Visits that the page shows. */
  shown: Set<string>;
  /** Whether it has its first view. */
  isReady: boolean;
}

/** Whoever signed out, was blocked or lost their role (as in HTTP: 403). */
const NOT_YOURS = 4403;

/**
 * The staff's pages that are open. What happens is read once, and sent to those who may see it, in the order in which
 * it happened.
 */
export class StaffLive {
  readonly #database: Database;
  readonly #views: StaffViews;
  readonly #log: FastifyBaseLogger;
  readonly #open = new Set<Open>();
  /** Visits that changed, areas whose appointments did, and pages that have to be told everything anew. */
  readonly #changed = new Set<string>();
  readonly #appointments = new Set<string>();
  readonly #renewed = new Set<Open>();
  readonly #stop: () => void;
  #isPumping = false;

  constructor({
    database,
    views,
    feed,
    log,
  }: {
    readonly database: Database;
    readonly views: StaffViews;
    readonly feed: Feed;
    readonly log: FastifyBaseLogger;
  }) {
    this.#database = database;
    this.#views = views;
    this.#log = log;
    this.#stop = feed.listen((event) => this.#heard(event));
  }

  /** How many pages are open. */
  get size(): number {
    return this.#open.size;
  }

  add(socket: WebSocket, watcher: Watcher): void {
    const open: Open = {
      watcher,
      socket: new LiveSocket(socket, () => void this.#open.delete(open)),
      roles: new Map(),
      shown: new Set(),
      isReady: false,
    };
    this.#open.add(open);
    this.#renew([open]);
  }

  /** Closes the pages of those who may not look any more: their session is over, or they are blocked. */
  async checkSessions(): Promise<void> {
    // Who comes meanwhile was looked at as they came.
    const open = [...this.#open];
    if (open.length === 0) return;
    const ids = [...new Set(open.map(({ watcher }) => watcher.sessionId))];
    const alive = new Set<string>(
      await this.#database('sessions')
        .join('people', 'people.id', 'sessions.person_id')
        .join('organisations', 'organisations.id', 'people.organisation_id')
        .whereRaw('sessions.id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)])
        .whereRaw(ADMITTED)
        .pluck('sessions.id'),
    );
    for (const { socket, watcher } of open) if (!alive.has(watcher.sessionId)) socket.close(NOT_YOURS);
  }

  close(): void {
    this.#stop();
    for (const { socket } of this.#open) socket.close();
  }

  #heard(event: ClinicEvent): void {
    if (event.kind === 'area' || event.kind === 'erased') return this.#renew(this.#open);
    if (event.kind === 'visit') this.#changed.add(event.visitId);
    else this.#appointments.add(event.areaId);
    void this.#pump();
  }

  #renew(those: Iterable<Open>): void {
    for (const open of those) this.#renewed.add(open);
    void this.#pump();
  }

  /** One thing after the other, so that nobody is told of what is over already. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      for (;;) {
        const [visitId] = this.#changed;
        const [areaId] = this.#appointments;
        const [open] = this.#renewed;
        if (visitId !== undefined) {
          this.#changed.delete(visitId);
          this.#tell(visitId, await this.#views.visit(visitId));
        } else if (areaId !== undefined) {
          this.#appointments.delete(areaId);
          await this.#tellExpected(areaId);
        } else if (open !== undefined) {
          this.#renewed.delete(open);
          await this.#tellAll(open);
        } else break;
      }
    } catch (err) {
      this.#log.error({ err }, 'the pages of the staff were not told');
    } finally {
      this.#isPumping = false;
    }
  }

  #tell(visitId: string, seen: SeenVisit | null): void {
    const gone = write({ type: 'gone', id: visitId });
    const changed = seen && write({ type: 'visit', visit: seen.view });
    for (const open of this.#open) {
      if (!open.isReady) continue;
      const sees = seen !== null && maySee(open, seen);
      if (sees && changed !== null) {
        open.shown.add(visitId);
        open.socket.send(changed);
      } else if (open.shown.delete(visitId)) open.socket.send(gone);
      if (seen?.view.state === 'ended') open.shown.delete(visitId);
    }
  }

  async #tellExpected(areaId: string): Promise<void> {
    const shows = ({ isReady, roles }: Open) => isReady && showsAppointments(roles.get(areaId));
    if (![...this.#open].some(shows)) return;
    const told = write({ type: 'expected', areaId, expected: await this.#views.expected(areaId) });
    for (const open of this.#open) if (shows(open)) open.socket.send(told);
  }

  async #tellAll(open: Open): Promise<void> {
    const view = await this.#views.of(open.watcher);
    open.roles = new Map(view.areas.map(({ id, role }) => [id, role]));
    open.shown = new Set(view.visits.map(({ id }) => id));
    open.isReady = true;
    open.socket.send(write({ type: 'view', view }));
  }
}

const write = (message: StaffMessage) => JSON.stringify(message);

const maySee = ({ roles, watcher }: Open, { view, broughtIn }: SeenVisit): boolean =>
  showsQueue(roles.get(view.areaId)) || broughtIn.includes(watcher.id);
