/** What is sent or received of one source, over the time between two readings. */
export interface StreamStats {
  /** Without its kind: `VP8`, `opus`. */
  readonly codec: string;
  readonly kbps: number;
  /** Of what was sent, 0 to 100; null while nothing is known of it. */
  readonly lossPercent: number | null;
  /** Of the largest picture; null for sound, and while there is no picture. */
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  /** Null for what is sent. */
  readonly jitterMs: number | null;
  /** Simulcast layers that are sent now; null for what is received. */
  readonly layers: number | null;
  /** True when the browser sends less than it would, for lack of bandwidth. */
  readonly isLimited: boolean;
}

/** Which way media takes: straight to the SFU, or through the relay, reached by what follows. */
export type PathUsed = 'udp' | 'tcp' | 'relay-udp' | 'relay-tcp' | 'relay-tls';

export interface PathStats {
  readonly path: PathUsed | null;
  readonly roundTripMs: number | null;
  /** What the browser believes that it can send; null where it does not say. */
  readonly availableKbps: number | null;
}

/** One entry of RTCStatsReport; which fields there are depends on its type (W3C webrtc-stats). */
type Entry = Record<string, unknown>;

/** RTCStatsReport: entries by id. */
export type StatsReport = Iterable<readonly [string, Entry]>;

const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** One reading of a transport, and the one before it. */
export class StatsReading {
  readonly #now: ReadonlyMap<string, Entry>;
  readonly #before: ReadonlyMap<string, Entry>;

  constructor(now: StatsReport, before?: StatsReading) {
    this.#now = new Map(now);
    this.#before = before ? before.#now : new Map();
  }

  /** Everything received, by the id of its track. */
  received(): Map<string, StreamStats> {
    const streams = this.#of('inbound-rtp').filter(({ mid }) => mid !== 'probator');
    return new Map(streams.map((entry) => [String(entry.trackIdentifier), this.#receivedStream(entry)]));
  }

  /** Everything sent, by its media id (mid); all layers of a picture together. */
  sent(): Map<string, StreamStats> {
    const entries = this.#of('outbound-rtp');
    const mids = new Set(entries.map(({ mid }) => String(mid)));
    return new Map(
      [...mids].map((mid) => [mid, this.#sentStream(entries.filter((entry) => String(entry.mid) === mid))]),
    );
  }

  path(): PathStats {
    const pair = this.#selectedPair();
    const local = pair && this.#now.get(String(pair.localCandidateId));
    const roundTrip = number(pair?.currentRoundTripTime);
    const available = number(pair?.availableOutgoingBitrate);
    return {
      path: local ? pathOf(local) : null,
      roundTripMs: roundTrip === null ? null : roundTrip * 1000,
      availableKbps: available === null ? null : available / 1000,
    };
  }

  #receivedStream(entry: Entry): StreamStats {
    const received = this.#increase(entry, 'packetsReceived');
    const lost = this.#increase(entry, 'packetsLost');
    const jitter = number(entry.jitter);
    return {
      codec: this.#codecOf(entry),
      kbps: this.#kbps(entry, 'bytesReceived'),
      lossPercent: received + lost > 0 ? (100 * Math.max(0, lost)) / (received + lost) : null,
      width: number(entry.frameWidth),
      height: number(entry.frameHeight),
      framesPerSecond: this.#rate(entry, 'framesDecoded', entry.kind === 'video'),
      jitterMs: jitter === null ? null : jitter * 1000,
      layers: null,
      isLimited: false,
    };
  }

  #sentStream(entries: readonly Entry[]): StreamStats {
    const flowing = entries.filter((entry) => this.#increase(entry, 'packetsSent') > 0);
    const largest = [...flowing].sort((a, b) => (number(b.frameWidth) ?? 0) - (number(a.frameWidth) ?? 0))[0];
    const losses = this.#of('remote-inbound-rtp')
      .filter(({ localId }) => flowing.some(({ id }) => id === localId))
      .map(({ fractionLost }) => number(fractionLost) ?? 0);
    return {
      codec: this.#codecOf(largest ?? entries[0] ?? {}),
      kbps: entries.reduce((sum, entry) => sum + this.#kbps(entry, 'bytesSent'), 0),
      lossPercent: losses.length > 0 ? 100 * Math.max(...losses) : null,
      width: number(largest?.frameWidth),
      height: number(largest?.frameHeight),
      framesPerSecond: largest ? this.#rate(largest, 'framesEncoded', largest.kind === 'video') : null,
      jitterMs: null,
      layers: flowing.length,
      isLimited: flowing.some(({ qualityLimitationReason }) => qualityLimitationReason === 'bandwidth'),
    };
  }

  #of(type: string): Entry[] {
    return [...this.#now.values()].filter((entry) => entry.type === type);
  }

  #codecOf({ codecId }: Entry): string {
    const { mimeType } = this.#now.get(String(codecId)) ?? {};
    return typeof mimeType === 'string' ? mimeType.replace(/^.*\//, '') : '';
  }

  #increase(entry: Entry, field: string): number {
    const before = this.#before.get(String(entry.id));
    return (number(entry[field]) ?? 0) - (number(before?.[field]) ?? 0);
  }

  #seconds(entry: Entry): number | null {
    const before = number(this.#before.get(String(entry.id))?.timestamp);
    const now = number(entry.timestamp);
    return before !== null && now !== null && now > before ? (now - before) / 1000 : null;
  }

  #rate(entry: Entry, field: string, isThere: boolean): number | null {
    const seconds = this.#seconds(entry);
    return isThere && seconds !== null ? this.#increase(entry, field) / seconds : null;
  }

  #kbps(entry: Entry, field: string): number {
    return ((this.#rate(entry, field, true) ?? 0) * 8) / 1000;
  }

  #selectedPair(): Entry | undefined {
    const [transport] = this.#of('transport').filter(
      ({ selectedCandidatePairId }) => selectedCandidatePairId,
    );
    if (transport) return this.#now.get(String(transport.selectedCandidatePairId));
    // Firefox has no entry of the transport, but says it of the pair.
    return this.#of('candidate-pair').find(({ selected }) => selected === true);
  }
}

function pathOf({ candidateType, protocol, relayProtocol }: Entry): PathUsed {
  if (candidateType !== 'relay') return protocol === 'tcp' ? 'tcp' : 'udp';
  return relayProtocol === 'tls' ? 'relay-tls' : relayProtocol === 'tcp' ? 'relay-tcp' : 'relay-udp';
}
