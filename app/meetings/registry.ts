import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import { KeptOut } from './kept-out.ts';
import type { LiveMeeting, LiveMeetings } from './live-meetings.ts';
import { Meeting } from './meeting.ts';
import type { EndedMeeting } from './tally.ts';

export interface MeetingRegistryOptions {
  readonly live: LiveMeetings;
  readonly directory: RoomDirectory;
  readonly log: FastifyBaseLogger;
  readonly clock: Clock;
  /** Told of every meeting that is over, and of waiting in vain; a call does not wait for it. */
  readonly onEnded: (ended: Promise<EndedMeeting>) => void;
}

/** What an earlier app wrote down of a meeting. */
export type NotedMeeting = LiveMeeting & Pick<Meeting, 'place'>;

/** Which meetings there are, one a room; and what of them is written down for the next app. */
export class MeetingRegistry {
  readonly #live: LiveMeetings;
  readonly #directory: RoomDirectory;
  readonly #log: FastifyBaseLogger;
  readonly #clock: Clock;
  readonly #onEnded: MeetingRegistryOptions['onEnded'];
  readonly #meetings = new Map<string, Meeting>();

  constructor({ live, directory, log, clock, onEnded }: MeetingRegistryOptions) {
    this.#live = live;
    this.#directory = directory;
    this.#log = log;
    this.#clock = clock;
    this.#onEnded = onEnded;
  }

  /** The meeting in a room, by its slug. */
  in(room: string): Meeting | undefined {
    return this.#meetings.get(room);
  }

  /** Every meeting that somebody is in or waits for. */
  get all(): readonly Meeting[] {
    return [...this.#meetings.values()];
  }

  /** The meeting in a room; an empty one if there was none. */
  open(room: string): Meeting {
    let meeting = this.#meetings.get(room);
    if (!meeting) {
      meeting = new Meeting({ id: newId(), room, startedAt: this.#clock() });
      this.#meetings.set(room, meeting);
    }
    return meeting;
  }

  /** Somebody is in it, first of all. */
  began(meeting: Meeting): void {
    meeting.id = newId();
    meeting.startedAt = this.#clock();
    this.#keep('the start of a meeting', this.#live.started(meeting));
  }

  /** Its rules, or who is kept out of it, changed. */
  changed({ id, rules, keptOut }: Meeting): void {
    this.#keep('the rules of a meeting', this.#live.rulesChanged(id, rules, keptOut.hashes));
  }

  /** Nobody is in it any more. */
  ended(meeting: Meeting): void {
    meeting.forget();
    this.#keep('the end of a meeting', this.#live.ended([meeting.id]));
    this.#onEnded(meeting.tally.end(meeting, this.#clock()));
  }

  /** Forgets it if nobody is left. Who waits for a host goes on waiting, for the next meeting. */
  closeIfEmpty(meeting: Meeting): void {
    if (meeting.participants.size > 0 || meeting.lobby.size > 0) return;
    if (this.#meetings.get(meeting.room) !== meeting) return;
    this.#meetings.delete(meeting.room);
    if (!meeting.tally.isEmpty) this.#onEnded(meeting.tally.end(meeting, this.#clock()));
  }

  /** What an earlier app wrote down, by room. */
  async noted(): Promise<ReadonlyMap<string, NotedMeeting>> {
    const noted = await this.#live.list();
    const places = await Promise.all(noted.map(({ room }) => this.#directory.find(room)));
    return new Map(noted.map((each, index) => [each.room, { ...each, place: places[index] ?? null }]));
  }

  /** Takes over the meetings that go on in these rooms, as they were noted; forgets those that are over. */
  takeOver(rooms: readonly string[], noted: ReadonlyMap<string, NotedMeeting>): void {
    for (const room of rooms) {
      if (this.#meetings.has(room)) continue;
      const known = noted.get(room);
      const meeting = this.open(room);
      if (known === undefined) {
        this.began(meeting);
        continue;
      }
      meeting.id = known.id;
      meeting.startedAt = known.startedAt;
      meeting.isLocked = known.isLocked;
      meeting.rules = known.rules;
      meeting.keptOut = new KeptOut(known.keptOut);
      meeting.place = known.place;
    }
    const over = [...noted.values()].filter(({ room }) => !this.#meetings.has(room)).map(({ id }) => id);
    if (over.length > 0) this.#keep('the end of meetings', this.#live.ended(over));
  }

  /** What is written down for the next app; a call does not wait for it, nor end with it. */
  #keep(what: string, written: Promise<void>): void {
    written.catch((err) => this.#log.error({ err }, `${what} was not written down`));
  }
}
