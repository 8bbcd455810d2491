import { MINUTE_MS } from '../../app/kernel/clock.ts';
import { newId } from '../../app/kernel/ids.ts';
import type { EndedMeeting, EndedStay } from '../../app/meetings/tally.ts';

export interface Wanted {
  readonly people?: number;
  readonly minutes?: number;
  readonly organisationId?: string | null;
  readonly roomId?: string;
  readonly stay?: Partial<EndedStay>;
}

/** A meeting that began at an instant, of so many people who were there from its beginning to its end. */
export function endedMeeting(
  startedAt: number,
  { people = 2, minutes = 30, organisationId = null, roomId = newId(), stay = {} }: Wanted = {},
  more: Partial<EndedMeeting> = {},
): EndedMeeting {
  const endedAt = startedAt + minutes * MINUTE_MS;
  return {
    id: newId(),
    place: organisationId === null ? null : { id: roomId, organisationId, personId: null },
    startedAt,
    endedAt,
    edition: 'pro',
    hadScreen: false,
    hadVideo: true,
    isEncrypted: null,
    largest: people,
    stays: Array.from({ length: people }, () => ({
      joinedAt: startedAt,
      leftAt: endedAt,
      connectedMs: endedAt - startedAt,
      waitedMs: null,
      drops: 0,
      quality: null,
      ...stay,
    })),
    gaveUpMs: [],
    ...more,
  };
}
