import type { NotificationData, NotificationName } from './messages.ts';
import { Participant } from './participant.ts';

/** One live session in a room: who is there, and who is heard. */
export class Meeting {
  readonly room: string;
  readonly participants = new Map<string, Participant>();
  speakerIds: readonly string[] = [];

  constructor(room: string) {
    this.room = room;
  }

  add(id: string, name: string): Participant {
    const participant = new Participant(id, name);
    this.participants.set(id, participant);
    return participant;
  }

  /** Everybody whom the others may know of, but `except`. */
  others(except?: Participant): Participant[] {
    return [...this.participants.values()].filter((other) => other !== except && other.isPresent);
  }

  /** Tells everyone but `except`. */
  notify<Name extends NotificationName>(
    name: Name,
    data: NotificationData<Name>,
    except?: Participant,
  ): void {
    for (const participant of this.participants.values()) {
      if (participant !== except) participant.notify(name, data);
    }
  }
}
