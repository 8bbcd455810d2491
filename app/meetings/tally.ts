import type { PeerQuality, Source } from '../../media/contract.ts';
import type { Room } from '../rooms/room.ts';

/** Which edition somebody came by. */
export type Edition = 'pro' | 'med';

/** How somebody's stay in a meeting was, without who it was. */
export interface EndedStay {
  /** When they were in first, and left for good, in milliseconds since 1970. */
  readonly joinedAt: number;
  readonly leftAt: number;
  /** How long they were in, times away left out; a connection that was lost for a moment is no absence. */
  readonly connectedMs: number;
  /** How long they waited to be let in; null if they did not have to. */
  readonly waitedMs: number | null;
  /** How often their connection to us was lost while they were in. */
  readonly drops: number;
  /** What the SFU measured until they left; null where it could not be asked. */
  readonly quality: PeerQuality | null;
}

/** A meeting that is over, as statistics see it. */
export interface EndedMeeting {
  readonly id: string;
  /** The room's id, its organisation and whose it is; null for a room without a row, which is open to all. */
  readonly place: Pick<Room, 'id' | 'organisationId' | 'personId'> | null;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `med` once anybody came by a site of that edition. */
  readonly edition: Edition;
  readonly hadScreen: boolean;
  /** Whether a camera or a screen was ever on. */
  readonly hadVideo: boolean;
  /**
   * Whether everybody's sound and picture was encrypted on its way (DTLS-SRTP), as the SFU found it; null where nobody's
   * came to it. The SFU itself passes on what it decrypts: this is not end to end.
   */
  readonly isEncrypted: boolean | null;
  /** Most who were in at once. */
  readonly largest: number;
  /** Everybody who was in. Empty where people waited in vain and nobody ever came in. */
  readonly stays: readonly EndedStay[];
  /** How long those waited who gave up before they were let in, in milliseconds. */
  readonly gaveUpMs: readonly number[];
}

interface Stay {
  readonly joinedAt: number;
  readonly waitedMs: number | null;
  /** When they came in last; null while they are away. */
  presentSince: number | null;
  leftAt: number;
  connectedMs: number;
  drops: number;
  quality: Promise<PeerQuality | null>;
}

/**
 * Counts what happens in a meeting, until it is over. In memory only: of a meeting that goes on across a restart of
 * the app it knows who is in when the next app takes over, and since when, but not who had left before.
 */
export class Tally {
  #stays = new Map<string, Stay>();
  #knockedAt = new Map<string, number>();
  #gaveUpMs: number[] = [];
  #largest = 0;
  #edition: Edition = 'pro';
  #hadScreen = false;
  #hadVideo = false;

  /** Whether there is anything to tell. */
  get isEmpty(): boolean {
    return this.#stays.size === 0 && this.#gaveUpMs.length === 0;
  }

  /** Somebody waits to be let in; who comes back goes on waiting. */
  knocked(id: string, edition: Edition, at: number): void {
    if (!this.#knockedAt.has(id)) this.#knockedAt.set(id, at);
    if (edition === 'med') this.#edition = 'med';
  }

  /** Somebody who waited went away by themselves. */
  gaveUp(id: string, at: number): void {
    const since = this.#knockedAt.get(id);
    if (since === undefined) return;
    this.#knockedAt.delete(id);
    this.#gaveUpMs.push(Math.max(0, at - since));
  }

  /** Somebody who waited was sent away, or let in and never came. */
  turnedAway(id: string): void {
    this.#knockedAt.delete(id);
  }

  /** Somebody is in, for the first time or again. */
  entered(id: string, edition: Edition, at: number): void {
    if (edition === 'med') this.#edition = 'med';
    const knockedAt = this.#knockedAt.get(id);
    this.#knockedAt.delete(id);
    const known = this.#stays.get(id);
    if (known) known.presentSince ??= at;
    else {
      this.#stays.set(id, {
        joinedAt: at,
        waitedMs: knockedAt === undefined ? null : Math.max(0, at - knockedAt),
        presentSince: at,
        leftAt: at,
        connectedMs: 0,
        drops: 0,
        quality: Promise.resolve(null),
      });
    }
    const present = [...this.#stays.values()].filter(({ presentSince }) => presentSince !== null).length;
    this.#largest = Math.max(this.#largest, present);
  }

  /** Somebody's connection to us was lost, or broken for good; they may come back. */
  dropped(id: string): void {
    const stay = this.#stays.get(id);
    if (stay) stay.drops += 1;
  }

  /** Somebody left. @param quality is waited for when the meeting is over; it must not reject. */
  left(id: string, at: number, quality: Promise<PeerQuality | null>): void {
    const stay = this.#stays.get(id);
    if (stay?.presentSince === null || stay === undefined) return;
    stay.connectedMs += Math.max(0, at - stay.presentSince);
    stay.leftAt = at;
    stay.presentSince = null;
    stay.quality = quality;
  }

  sent(source: Source): void {
    if (source === 'screen') this.#hadScreen = true;
    if (source === 'screen' || source === 'camera') this.#hadVideo = true;
  }

  /** Answers what there was and begins anew. Who waits goes on waiting. */
  async end(
    { id, place, startedAt }: Pick<EndedMeeting, 'id' | 'place' | 'startedAt'>,
    endedAt: number,
  ): Promise<EndedMeeting> {
    const stays = [...this.#stays.values()];
    const [first = endedAt] = stays.map(({ joinedAt }) => joinedAt);
    const ended = {
      id,
      place: place && { id: place.id, organisationId: place.organisationId, personId: place.personId },
      startedAt: stays.length === 0 ? endedAt : Math.min(startedAt, first),
      endedAt,
      edition: this.#edition,
      hadScreen: this.#hadScreen,
      hadVideo: this.#hadVideo,
      largest: this.#largest,
      gaveUpMs: this.#gaveUpMs,
    };
    this.#stays = new Map();
    this.#gaveUpMs = [];
    this.#largest = 0;
    this.#edition = 'pro';
    this.#hadScreen = false;
    this.#hadVideo = false;
    const endedStays = await Promise.all(
      stays.map(async ({ joinedAt, leftAt, connectedMs, waitedMs, drops, quality }) => ({
        joinedAt,
        leftAt,
        connectedMs,
        waitedMs,
        drops,
        quality: await quality,
      })),
    );
    const known = endedStays.flatMap(({ quality }) => quality?.isEncrypted ?? []);
    return { ...ended, isEncrypted: known.length === 0 ? null : known.every(Boolean), stays: endedStays };
  }
}
