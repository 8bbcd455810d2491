import { createNanoEvents } from 'nanoevents';
import type { AreaView, ExpectedView, StaffMessage, StaffView, VisitView } from '../../clinic/staff-view.ts';
import { inOrder } from '../../clinic/visit-words.ts';

interface QueueEvents {
  /** Somebody began to wait, or waits again: look, and ring. */
  came: (visit: VisitView, isBack: boolean) => void;
  /** Somebody has waited for longer than the area wants. */
  late: (visit: VisitView) => void;
  changed: () => void;
}

const MINUTE_MS = 60_000;

/** The queue as the server tells it, and what of it is news. It knows no DOM. */
export class QueueState {
  readonly #events = createNanoEvents<QueueEvents>();
  readonly #visits = new Map<string, VisitView>();
  readonly #late = new Set<string>();
  #expected: readonly ExpectedView[];
  /** What the server's clock shows when this one shows 0. */
  #ahead: number;
  #view: StaffView;

  constructor(view: StaffView) {
    this.#view = view;
    this.#expected = view.expected;
    this.#ahead = view.now - Date.now();
    for (const visit of view.visits) this.#visits.set(visit.id, visit);
    for (const visit of view.visits) if (this.#isLate(visit)) this.#late.add(visit.id);
  }

  on<Name extends keyof QueueEvents>(name: Name, listener: QueueEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** What time it is by the server's clock, in milliseconds since 1970. */
  get now(): number {
    return Date.now() + this.#ahead;
  }

  get me(): StaffView['me'] {
    return this.#view.me;
  }

  get areas(): readonly AreaView[] {
    return this.#view.areas;
  }

  /** Where patients can be handed over to. */
  get targets(): StaffView['targets'] {
    return this.#view.targets;
  }

  /** In the queue's order. */
  get visits(): readonly VisitView[] {
    return [...this.#visits.values()].sort(inOrder);
  }

  /** Today's appointments, by when they begin. */
  get expected(): readonly ExpectedView[] {
    return this.#expected;
  }

  visit(id: string): VisitView | undefined {
    return this.#visits.get(id);
  }

  area(id: string): AreaView | undefined {
    return this.#view.areas.find((each) => each.id === id);
  }

  /** How many wait: in one area, or in all of them. */
  waitingIn(areaId: string | null): number {
    return [...this.#visits.values()].filter(
      (visit) => visit.state === 'waiting' && (areaId === null || visit.areaId === areaId),
    ).length;
  }

  take(message: StaffMessage): void {
    if (message.type === 'view') this.#takeView(message.view);
    else if (message.type === 'expected') this.#takeExpected(message.areaId, message.expected);
    else if (message.type === 'gone') this.#visits.delete(message.id);
    else this.#takeVisit(message.visit);
    this.#events.emit('changed');
  }

  /** Time passed: who is late by now is told once. */
  look(): void {
    for (const visit of this.#visits.values()) {
      if (!this.#isLate(visit)) this.#late.delete(visit.id);
      else if (!this.#late.has(visit.id)) {
        this.#late.add(visit.id);
        this.#events.emit('late', visit);
      }
    }
    this.#events.emit('changed');
  }

  #takeView(view: StaffView): void {
    this.#ahead = view.now - Date.now();
    this.#view = view;
    this.#expected = view.expected;
    const known = new Map(this.#visits);
    this.#visits.clear();
    for (const visit of view.visits) this.#visits.set(visit.id, visit);
    // Also what happened while the connection was lost is news.
    for (const visit of view.visits) this.#tell(visit, known.get(visit.id));
  }

  #takeExpected(areaId: string, expected: readonly ExpectedView[]): void {
    const others = this.#expected.filter((each) => each.areaId !== areaId);
    this.#expected = [...others, ...expected].sort((one, other) => one.startsAt - other.startsAt);
  }

  #takeVisit(visit: VisitView): void {
    const known = this.#visits.get(visit.id);
    // Two changes at once may come the other way round.
    if (known && known.version > visit.version) return;
    if (visit.state === 'ended') this.#visits.delete(visit.id);
    else this.#visits.set(visit.id, visit);
    this.#tell(visit, known);
  }

  #tell(visit: VisitView, known: VisitView | undefined): void {
    if (visit.state !== 'waiting' || (known?.state === 'waiting' && known.areaId === visit.areaId)) return;
    this.#events.emit('came', visit, known !== undefined);
  }

  #isLate(visit: VisitView): boolean {
    const minutes = this.area(visit.areaId)?.tooLongMinutes;
    return (
      visit.state === 'waiting' && minutes !== undefined && this.now - visit.queueAt >= minutes * MINUTE_MS
    );
  }
}
