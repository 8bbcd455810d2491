import type { Database } from '../database/open.ts';
import { type Clock, DAY_MS, MINUTE_MS } from '../kernel/clock.ts';
import type { Area } from './area.ts';
import { openingOf } from './area-opening.ts';
import { readArea } from './area-store.ts';
import type { Door } from './door.ts';
import type { HoldView } from './hold-view.ts';
import { messagesOf, type VisitMessage } from './message-store.ts';
import type { Visit } from './visit.ts';
import { durations, findVisit, goneOf, openVisits } from './visit-store.ts';

/** How many of the last visits say how long one takes, and from how many on they do. */
const LAST_VISITS = 20;
const ENOUGH_VISITS = 3;

/** Beyond this many minutes, five more or less make no difference to who waits. */
const EXACT_MINUTES = 10;
const STEP_MINUTES = 5;

/** A queue at an instant: what each of those who wait is told about it follows. */
interface QueueNow {
  readonly area: Area;
  readonly open: readonly Visit[];
  readonly waitingIds: readonly string[];
  /** How many are seen at once; at least 1. */
  readonly seenAtOnce: number;
  readonly minutesPerVisit: number;
  readonly isOpen: boolean;
}

/** Tells patients how their waiting goes on; of the others nothing but how many are before them. */
export class Hold {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #door: Door;

  constructor({
    database,
    clock,
    door,
  }: {
    readonly database: Database;
    readonly clock: Clock;
    readonly door: Door;
  }) {
    this.#database = database;
    this.#clock = clock;
    this.#door = door;
  }

  /** What a patient is told now, and where they wait; null for a visit that is not there any more. */
  async of(visitId: string): Promise<{ readonly areaId: string; readonly view: HoldView } | null> {
    const visit = await findVisit(this.#database, visitId);
    const queue = visit && (await this.#queueOf(visit.areaId));
    if (visit === null || queue === null) return null;
    const view = this.#viewOf(visit, queue, await messagesOf(this.#database, [visit.id]));
    return { areaId: visit.areaId, view };
  }

  /** Which of these visits are not there any more. */
  goneOf(visitIds: readonly string[]): Promise<readonly string[]> {
    return goneOf(this.#database, visitIds);
  }

  /** What everybody in an area is told now, by their visits. */
  async inArea(areaId: string): Promise<ReadonlyMap<string, HoldView>> {
    const queue = await this.#queueOf(areaId);
    if (queue === null) return new Map();
    const ids = queue.open.map(({ id }) => id);
    const messages = Map.groupBy(await messagesOf(this.#database, ids), (each) => each.visitId);
    return new Map(
      queue.open.map((visit) => [visit.id, this.#viewOf(visit, queue, messages.get(visit.id) ?? [])]),
    );
  }

  #viewOf(visit: Visit, queue: QueueNow, messages: readonly VisitMessage[]): HoldView {
    const { area } = queue;
    return {
      now: this.#clock(),
      state: visit.state,
      outcome: visit.outcome,
      number: area.showsNumber ? visit.number : null,
      ...outlook(visit, queue),
      isHandedOver: visit.state === 'waiting' && visit.noteBy !== null,
      messages: messages.map(({ text, sentAt }) => ({ text, sentAt })),
      enterPath: this.#door.enterPath(visit) === null ? null : `/w/${area.slug}/enter`,
      isOpen: queue.isOpen,
      callBack: visit.callBack,
    };
  }

  /** The queue of an area; null for none. */
  async #queueOf(areaId: string): Promise<QueueNow | null> {
    const now = this.#clock();
    const area = await readArea(this.#database, areaId);
    if (area === null) return null;
    const open = await openVisits(this.#database, [areaId]);
    const busy = new Set(open.filter(({ state }) => state !== 'waiting').map(({ takenBy }) => takenBy));
    const took = await durations(this.#database, areaId, now - DAY_MS, LAST_VISITS);
    const mean = took.reduce((sum, each) => sum + each, 0) / took.length / MINUTE_MS;
    return {
      area,
      open,
      waitingIds: open.filter(({ state }) => state === 'waiting').map(({ id }) => id),
      seenAtOnce: Math.max(1, busy.size),
      minutesPerVisit: took.length >= ENOUGH_VISITS ? Math.max(1, mean) : area.minutesPerVisit,
      isOpen: area.suspendedAt === null && openingOf(area, now).isOpen,
    };
  }
}

/** Their place, or about how long it takes: so many visits, shared by those who see patients. */
function outlook(
  { id, state }: Pick<Visit, 'id' | 'state'>,
  { area, waitingIds, seenAtOnce, minutesPerVisit }: QueueNow,
): Pick<HoldView, 'place' | 'waitMinutes'> {
  const place = waitingIds.indexOf(id) + 1;
  if (state !== 'waiting' || place === 0) return { place: null, waitMinutes: null };
  const minutes = Math.ceil((place * minutesPerVisit) / seenAtOnce);
  return {
    place: area.shows === 'place' ? place : null,
    waitMinutes:
      area.shows === 'wait'
        ? minutes <= EXACT_MINUTES
          ? minutes
          : Math.ceil(minutes / STEP_MINUTES) * STEP_MINUTES
        : null,
  };
}
