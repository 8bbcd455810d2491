import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { isHiddenSlug } from '../rooms/slug.ts';
import type { Feed } from './feed.ts';
import { moveVisit, slugsOfCalls, visitInRoom } from './visit-store.ts';

/** Notes when patients come into their call, and when they are gone from it for good. */
export class CallPresence {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #feed: Feed;
  readonly #log: FastifyBaseLogger;

  constructor({
    database,
    clock,
    feed,
    log,
  }: {
    readonly database: Database;
    readonly clock: Clock;
    readonly feed: Feed;
    readonly log: FastifyBaseLogger;
  }) {
    this.#database = database;
    this.#clock = clock;
    this.#feed = feed;
    this.#log = log;
  }

  /** Somebody came into a meeting or left it. */
  changed(meeting: Pick<Meeting, 'room' | 'others'>): void {
    if (!isHiddenSlug(meeting.room)) return;
    this.#look(meeting).catch((err: unknown) =>
      this.#log.error({ err }, 'it was not noted whether a patient is in their call'),
    );
  }

  /**
   * Looks at every call: of one that ended while no app was there nobody told.
   *
   * @param meetingIn the meeting in a room, by its slug.
   */
  async lookAtAll(meetingIn: (slug: string) => Pick<Meeting, 'room' | 'others'> | undefined): Promise<void> {
    for (const slug of await slugsOfCalls(this.#database))
      await this.#look(meetingIn(slug) ?? { room: slug, others: () => [] });
  }

  async #look(meeting: Pick<Meeting, 'room' | 'others'>): Promise<void> {
    const visit = await visitInRoom(this.#database, meeting.room);
    if (visit === null) return;
    const isIn = meeting.others().some(({ identity }) => identity.invitationId === visit.invitationId);
    const act = isIn ? 'enter' : 'step_out';
    const moved = await this.#database.transaction((transaction) =>
      moveVisit(transaction, visit, act, {}, this.#clock()),
    );
    if (moved) this.#feed.publish({ kind: 'visit', visitId: visit.id, areaId: visit.areaId });
  }
}
