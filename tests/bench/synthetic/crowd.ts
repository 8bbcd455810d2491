import { setTimeout as wait } from 'node:timers/promises';
import type { WatchedPicture } from '../../../app/meetings/messages.ts';
import type { Served } from '../../browser/participant-page.ts';
import { SyntheticParticipant } from './participant.ts';

/** How often packets are sent that are due, in milliseconds. */
const TICK_MS = 10;

/** How many speak at once, and for how long, in milliseconds. */
const SPEAKERS = 3;
const TURN_MS = 4_000;

/** What somebody looks at, of the others in the order in which they came. */
export type Looking = (self: string, others: readonly string[]) => WatchedPicture[];

/** Many synthetic participants of one room, some of whom speak in turn. */
export class Crowd {
  readonly #members: SyntheticParticipant[] = [];
  readonly #looking: Looking;
  readonly #ticks: NodeJS.Timeout;
  readonly #turns: NodeJS.Timeout;
  #turn = 0;

  private constructor(looking: Looking) {
    this.#looking = looking;
    this.#ticks = setInterval(() => this.#tick(), TICK_MS);
    this.#turns = setInterval(() => this.#nextSpeakers(), TURN_MS);
  }

  /** Brings so many into a room, one after the other. */
  static async gather(appliance: Served, room: string, count: number, looking: Looking): Promise<Crowd> {
    const crowd = new Crowd(looking);
    try {
      for (let index = 0; index < count; index += 1) {
        const look = (member: SyntheticParticipant) => crowd.#look(member);
        const member = await SyntheticParticipant.join(appliance, room, `Synthetic ${index + 1}`, look);
        crowd.#members.push(member);
      }
      await Promise.all(crowd.#members.map((member) => crowd.#look(member)));
    } catch (fault) {
      await crowd.leave();
      throw fault;
    }
    crowd.#nextSpeakers();
    return crowd;
  }

  get members(): readonly SyntheticParticipant[] {
    return this.#members;
  }

  /** Bytes that all of them sent. */
  get sentBytes(): number {
    return this.#members.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  }

  async leave(): Promise<void> {
    clearInterval(this.#ticks);
    clearInterval(this.#turns);
    for (const member of this.#members) member.leave();
    // Their sockets close in the background; a room is to be empty before the next one is measured.
    await wait(1_000);
  }

  async #look(member: SyntheticParticipant): Promise<void> {
    await member.watch(this.#looking(member.id, member.others)).catch(() => {
      // It is leaving.
    });
  }

  #tick(): void {
    const nowMs = Date.now();
    for (const member of this.#members) member.tick(nowMs);
  }

  #nextSpeakers(): void {
    this.#turn += SPEAKERS;
    for (const [index, { microphone }] of this.#members.entries()) {
      const place = (index - this.#turn + this.#members.length * this.#turn) % this.#members.length;
      microphone.isSpeaking = place < SPEAKERS;
    }
  }
}
