import { newId } from '../../app/kernel/ids.ts';
import type { Joined, Role } from '../../app/meetings/messages.ts';
import type { Appliance } from '../appliance.ts';
import { SignallingClient } from '../signalling-client.ts';
import { roomOf } from './room-row.ts';
import { type SignedIn, signedIn } from './signed-in.ts';

/** Somebody in a meeting, with the socket that they came by. */
export interface Attendee {
  readonly client: SignallingClient;
  readonly joined: Joined;
  readonly id: string;
}

/** Everybody who can be in a room: who runs it, and two of each kind beside. */
export class MeetingScene {
  readonly #appliance: Appliance;
  readonly #owner: SignedIn;
  readonly #second: SignedIn;
  readonly #members: readonly SignedIn[];

  private constructor(appliance: Appliance, owner: SignedIn, second: SignedIn, members: readonly SignedIn[]) {
    this.#appliance = appliance;
    this.#owner = owner;
    this.#second = second;
    this.#members = members;
  }

  static async of(appliance: Appliance): Promise<MeetingScene> {
    const owner = await signedIn(appliance, 'member', { name: 'Owner' });
    const second = await signedIn(appliance, 'administrator', { name: 'Administrator' });
    const members = [];
    for (const name of ['One', 'Two', 'Three', 'Four'])
      members.push(await signedIn(appliance, 'member', { name }));
    return new MeetingScene(appliance, owner, second, members);
  }

  get owner(): SignedIn {
    return this.#owner;
  }

  /** The n-th member of the house who has no right in particular, from 0 to 3. */
  member(index: number): SignedIn {
    const member = this.#members[index];
    if (!member) throw new RangeError('There are four members.');
    return member;
  }

  /** A room of the owner's, which nobody is in. */
  async room(settings: { readonly hasLobby?: boolean; readonly needsHost?: boolean } = {}): Promise<string> {
    const slug = `room-${newId()}`
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
      .replace(/-$/, '');
    await roomOf(this.#appliance.databaseFile, this.#owner, { slug, ...settings });
    return slug;
  }

  socket(person: SignedIn | null): Promise<SignallingClient> {
    return SignallingClient.open(this.#appliance, person === null ? {} : { cookie: person.headers.cookie });
  }

  /** Somebody comes in; null for a guest. */
  async enter(room: string, person: SignedIn | null, overrides: object = {}): Promise<Attendee> {
    const client = await this.socket(person);
    const joined = await client.join(this.#appliance, { room, ...overrides });
    return { client, joined, id: joined.you.participant.id };
  }

  /** Two of every role in one meeting. The first host is the owner. */
  async crowd(): Promise<{
    readonly room: string;
    readonly all: Readonly<Record<Role, readonly [Attendee, Attendee]>>;
  }> {
    const room = await this.room();
    const enter = (person: SignedIn | null, name: string) => this.enter(room, person, { name });
    const hosts = [await enter(this.#owner, 'Host'), await enter(this.#second, 'Host')] as const;
    const cohosts = [await enter(this.member(0), 'Cohost'), await enter(this.member(1), 'Cohost')] as const;
    const participants = [
      await enter(this.member(2), 'Member'),
      await enter(this.member(3), 'Member'),
    ] as const;
    const guests = [await enter(null, 'Guest'), await enter(null, 'Guest')] as const;
    for (const { id } of cohosts)
      await hosts[0].client.request('setCohost', { participantId: id, cohost: true });
    return { room, all: { host: hosts, cohost: cohosts, participant: participants, guest: guests } };
  }

  static leave(attendees: Iterable<Attendee>): void {
    for (const { client } of attendees) client.socket.close(1000);
  }
}
