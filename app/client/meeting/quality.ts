import { createNanoEvents } from 'nanoevents';
import type { Source } from '../../meetings/messages.ts';
import type { PathStats, StreamStats } from './stream-stats.ts';

/** How good it is: 4 best, 1 hardly usable, 0 nothing comes through. */
export type Bars = 0 | 1 | 2 | 3 | 4;

/** One source that is sent or received. */
export interface StreamQuality extends StreamStats {
  readonly source: Source;
}

/** What this side sends and the way that it takes. */
export interface OwnQuality extends PathStats {
  /** Null while nothing is known. */
  readonly bars: Bars | null;
  readonly sent: readonly StreamQuality[];
}

/** What reaches this side of one other participant. */
export interface ParticipantQuality {
  /** Null while there is nothing to judge by: no picture is looked at, and nobody speaks. */
  readonly bars: Bars | null;
  readonly received: readonly StreamQuality[];
}

export interface QualityReport {
  readonly own: OwnQuality;
  /** By participant id; nobody is in it of whom nothing is received. */
  readonly of: ReadonlyMap<string, ParticipantQuality>;
}

/** What one reading brings, before it is judged. */
export interface QualityReading {
  readonly path: PathStats;
  readonly sent: readonly StreamQuality[];
  readonly received: readonly ReceivedReading[];
}

export interface ReceivedReading extends StreamQuality {
  readonly participantId: string;
  /** It is meant to reach us: the sender did not mute it, and if it is a picture, it is looked at. */
  readonly isExpected: boolean;
  /** There is no bandwidth for it. */
  readonly isStarved: boolean;
}

interface ConnectionQualityEvents {
  changed: (report: QualityReport) => void;
}

/** How often the browser's statistics are read, in milliseconds. */
const INTERVAL_MS = 2_000;

const nothing: QualityReport = {
  own: { bars: null, path: null, roundTripMs: null, availableKbps: null, sent: [] },
  of: new Map(),
};

/** How good the connection is, read again and again while it runs. */
export class ConnectionQuality {
  readonly #events = createNanoEvents<ConnectionQualityEvents>();
  readonly #read: () => Promise<QualityReading | undefined>;
  readonly #intervalMs: number;
  #report = nothing;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param read one reading; undefined while there is nothing to read.
   * @param intervalMs between two readings, in milliseconds.
   */
  constructor(read: () => Promise<QualityReading | undefined>, intervalMs = INTERVAL_MS) {
    this.#read = read;
    this.#intervalMs = intervalMs;
  }

  on<Name extends keyof ConnectionQualityEvents>(
    name: Name,
    listener: ConnectionQualityEvents[Name],
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** As it was read last. */
  get report(): QualityReport {
    return this.#report;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#turn(), this.#intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#report = nothing;
  }

  async #turn(): Promise<void> {
    // A connection that is just being closed has no statistics; the next turn reads the next one.
    const reading = await this.#read().catch(() => undefined);
    if (!reading || this.#timer === undefined) return;
    this.#report = judge(reading);
    this.#events.emit('changed', this.#report);
  }
}

/** Makes bars of figures. */
export function judge({ path, sent, received }: QualityReading): QualityReport {
  const of = new Map<string, ParticipantQuality>();
  for (const participantId of new Set(received.map((each) => each.participantId))) {
    const streams = received.filter((each) => each.participantId === participantId);
    of.set(participantId, { bars: barsOfReceived(streams), received: streams });
  }
  return { own: { ...path, sent, bars: barsOfOwn(path, sent) }, of };
}

function barsOfReceived(streams: readonly ReceivedReading[]): Bars | null {
  const expected = streams.filter(({ isExpected }) => isExpected);
  if (expected.some(({ isStarved }) => isStarved)) return 1;
  const pictures = expected.filter(({ source }) => source === 'camera' || source === 'screen');
  const flowing = expected.filter(({ kbps }) => kbps > 0);
  // Silence is not sent, so only a picture that stays away says something.
  if (flowing.length === 0) return pictures.length > 0 ? 0 : null;
  return Math.min(...flowing.map(({ lossPercent }) => barsOfLoss(lossPercent))) as Bars;
}

function barsOfOwn({ roundTripMs }: PathStats, sent: readonly StreamQuality[]): Bars | null {
  if (roundTripMs === null && sent.length === 0) return null;
  const limited = sent.some(({ isLimited }) => isLimited) ? 2 : 4;
  const losses = sent.map(({ lossPercent }) => barsOfLoss(lossPercent));
  return Math.min(limited, barsOfRoundTrip(roundTripMs), ...losses) as Bars;
}

/** Sound bears about 3 %, pictures less (ITU-T G.1028 asks for the same). */
function barsOfLoss(lossPercent: number | null): Bars {
  if (lossPercent === null || lossPercent < 2) return 4;
  if (lossPercent < 5) return 3;
  return lossPercent < 10 ? 2 : 1;
}

/** People begin to talk over each other from 300 ms there and back (ITU-T G.114: 150 ms one way is good). */
function barsOfRoundTrip(roundTripMs: number | null): Bars {
  if (roundTripMs === null || roundTripMs < 150) return 4;
  if (roundTripMs < 300) return 3;
  return roundTripMs < 600 ? 2 : 1;
}
