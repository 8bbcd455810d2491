import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { Clock } from '../kernel/clock.ts';
import type { Door } from './door.ts';
import type { ClinicEvent, Feed } from './feed.ts';
import type { Hold } from './hold.ts';
import type { HoldMessage, HoldView } from './hold-view.ts';
import { LiveSocket } from './live-socket.ts';
import type { Visit } from './visit.ts';

/** The pages of one patient that are open. */
interface Patient {
  readonly id: string;
  areaId: string;
  readonly sockets: Set<LiveSocket>;
  /** What they were told last, but for the time. */
  told: string;
}

/** No visit is this browser's here (as in HTTP: 404). */
export const NOT_THERE = 4404;

/** How long what happens to others may wait to be told, in milliseconds: one more in a queue is no hurry. */
const OTHERS_MS = 1_000;

/** The pages of patients that are open. Each is told at once of what happens to them, and soon how the queue goes on. */
export class HoldLive {
  readonly #hold: Hold;
  readonly #door: Door;
  readonly #clock: Clock;
  readonly #log: FastifyBaseLogger;
  readonly #patients = new Map<string, Patient>();
  readonly #stop: () => void;
  /** Areas whose queue moved, until those who wait there are told. */
  readonly #moved = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #isClosing = false;

  constructor({
    hold,
    door,
    clock,
    feed,
    log,
  }: {
    readonly hold: Hold;
    readonly door: Door;
    readonly clock: Clock;
    readonly feed: Feed;
    readonly log: FastifyBaseLogger;
  }) {
    this.#hold = hold;
    this.#door = door;
    this.#clock = clock;
    this.#log = log;
    this.#stop = feed.listen((event) => this.#heard(event));
  }

  /** How many patients have a page open. */
  get size(): number {
    return this.#patients.size;
  }

  /** Whether a page of theirs is open. */
  isHere(visitId: string): boolean {
    return this.#patients.has(visitId);
  }

  add(ws: WebSocket, visit: Visit): void {
    const patient = this.#patients.get(visit.id) ?? {
      id: visit.id,
      areaId: visit.areaId,
      sockets: new Set(),
      told: '',
    };
    const isFirst = patient.sockets.size === 0;
    this.#patients.set(visit.id, patient);
    const socket: LiveSocket = new LiveSocket(ws, () => {
      patient.sockets.delete(socket);
      if (patient.sockets.size > 0) return;
      this.#patients.delete(patient.id);
      // When the app stops, the next one keeps everybody's place from its start.
      if (!this.#isClosing) this.#note(patient, this.#clock());
    });
    patient.sockets.add(socket);
    // Whoever opens a second page learns it all, too.
    patient.told = '';
    if (isFirst) this.#note(patient, null);
    this.#tellOne(patient.id);
  }

  close(): void {
    this.#isClosing = true;
    this.#stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { sockets } of this.#patients.values()) for (const socket of sockets) socket.close();
  }

  #note(patient: Patient, lostAt: number | null): void {
    this.#door
      .notePresence(patient, lostAt)
      .catch((err: unknown) => this.#log.error({ err }, 'it was not noted whether a patient is there'));
  }

  #heard(event: ClinicEvent): void {
    // Appointments are no part of what a patient is told.
    if (event.kind === 'appointments') return;
    if (event.kind === 'erased') {
      this.#leaveOut().catch((err: unknown) => this.#log.error({ err }, 'pages of erased visits stay open'));
      return;
    }
    if (event.kind === 'visit') {
      this.#tellOne(event.visitId);
      if (event.formerAreaId !== undefined) this.#moved.add(event.formerAreaId);
    }
    this.#move(event.areaId);
  }

  #move(areaId: string): void {
    this.#moved.add(areaId);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const areas = [...this.#moved];
      this.#moved.clear();
      this.#tellAreas(areas).catch((err: unknown) => this.#log.error({ err }, 'patients were not told'));
    }, OTHERS_MS);
  }

  /** Closes the pages of visits that are not there any more; those behind them move up. */
  async #leaveOut(): Promise<void> {
    for (const id of await this.#hold.goneOf([...this.#patients.keys()])) {
      const patient = this.#patients.get(id);
      if (patient === undefined) continue;
      this.#patients.delete(id);
      for (const socket of patient.sockets) socket.close(NOT_THERE);
    }
    for (const { areaId } of this.#patients.values()) this.#move(areaId);
  }

  #tellOne(visitId: string): void {
    const patient = this.#patients.get(visitId);
    if (patient === undefined) return;
    this.#hold
      .of(visitId)
      .then((seen) => seen && this.#tell(patient, seen.areaId, seen.view))
      .catch((err: unknown) => this.#log.error({ err }, 'a patient was not told'));
  }

  async #tellAreas(areaIds: readonly string[]): Promise<void> {
    for (const areaId of areaIds) {
      if (![...this.#patients.values()].some((each) => each.areaId === areaId)) continue;
      for (const [visitId, view] of await this.#hold.inArea(areaId)) {
        const patient = this.#patients.get(visitId);
        if (patient !== undefined) this.#tell(patient, areaId, view);
      }
    }
  }

  #tell(patient: Patient, areaId: string, view: HoldView): void {
    patient.areaId = areaId;
    const told = JSON.stringify({ ...view, now: 0 });
    if (told === patient.told) return;
    patient.told = told;
    const message = JSON.stringify({ type: 'hold', hold: view } satisfies HoldMessage);
    for (const socket of patient.sockets) socket.send(message);
  }
}
