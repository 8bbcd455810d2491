import type { EndedMeeting } from '../meetings/tally.ts';
import { NOTHING, type Sums } from './sums.ts';

/** Minutes as they are counted: begun ones are whole, as on a telephone bill. */
const minutes = (ms: number) => Math.ceil(Math.max(0, ms) / 60_000);

const count = <Entry>(entries: readonly Entry[], test: (entry: Entry) => boolean) =>
  entries.filter(test).length;

/** What one meeting comes to; of waiting in vain, with no meeting, only that. */
export function sumsOfMeeting(meeting: EndedMeeting): Sums {
  const { stays, gaveUpMs, edition, isEncrypted } = meeting;
  const gave_up = gaveUpMs.length;
  if (stays.length === 0) return { ...NOTHING, gave_up };
  const waits = stays.flatMap(({ waitedMs }) => waitedMs ?? []);
  const ways = stays.map(({ quality }) => quality?.path ?? null);
  return {
    meetings: 1,
    people: stays.length,
    minutes: minutes(meeting.endedAt - meeting.startedAt),
    people_minutes: stays.reduce((sum, { connectedMs }) => sum + minutes(connectedMs), 0),
    largest: meeting.largest,
    with_screen: meeting.hadScreen ? 1 : 0,
    audio_only: meeting.hadVideo ? 0 : 1,
    encryption_known: isEncrypted === null ? 0 : 1,
    encrypted: isEncrypted === true ? 1 : 0,
    med: edition === 'med' ? 1 : 0,
    waited: waits.length,
    waited_seconds: Math.round(waits.reduce((sum, ms) => sum + ms, 0) / 1000),
    gave_up,
    over_udp: count(ways, (way) => way === 'udp'),
    over_tcp: count(ways, (way) => way === 'tcp'),
    over_relay: count(ways, (way) => way === 'relay'),
    drops: stays.reduce((sum, { drops }) => sum + drops, 0),
  };
}
