import type { PeerQuality } from './contract.ts';
import type { Peer } from './peer.ts';

type Remote = { readonly remoteIp?: string; readonly remotePort?: number };

/** A way of a peer as it is said in statistics: the worst of its two counts, as that is the one that was felt. */
function pathOf(
  tuples: readonly (Remote & { readonly protocol: 'udp' | 'tcp' })[],
  isRelay: (remote: Remote) => boolean,
): PeerQuality['path'] {
  if (tuples.length === 0) return null;
  if (tuples.some(isRelay)) return 'relay';
  return tuples.some(({ protocol }) => protocol === 'tcp') ? 'tcp' : 'udp';
}

/** What of a peer's streams is still there when asked; one that closes meanwhile is left out. */
async function settled<Value>(readings: readonly Promise<Value>[]): Promise<Value[]> {
  const read = await Promise.allSettled(readings);
  return read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** Reads what {@link PeerQuality} says from the worker's own counters. */
export async function readQuality(peer: Peer, isRelay: (remote: Remote) => boolean): Promise<PeerQuality> {
  const { transports, consumers } = peer.measured;
  const used = transports.filter(({ webRtcTransport }) => webRtcTransport.iceSelectedTuple !== undefined);
  const tuples = used.flatMap(({ webRtcTransport: { iceSelectedTuple } }) => iceSelectedTuple ?? []);
  const [ways, sent, received] = await Promise.all([
    settled(transports.map(({ webRtcTransport }) => webRtcTransport.getStats())),
    settled([...peer.producers].map((producer) => producer.getStats())),
    settled(consumers.map((consumer) => consumer.getStats())),
  ]);
  const streams = sent.flat();
  // The browser's reports on what we send it; of what it sends, mediasoup rarely knows one.
  const roundTrips = [...received.flat(), ...streams].flatMap(({ roundTripTime }) =>
    roundTripTime !== undefined && roundTripTime > 0 ? [roundTripTime] : [],
  );
  const lostPackets = total(streams.map(({ packetsLost }) => Math.max(0, packetsLost)));
  return {
    path: pathOf(tuples, isRelay),
    receivedBytes: total(ways.flat().map(({ bytesReceived }) => bytesReceived)),
    sentBytes: total(ways.flat().map(({ bytesSent }) => bytesSent)),
    packets: total(streams.map(({ packetCount }) => packetCount)) + lostPackets,
    lostPackets,
    roundTripMs: roundTrips.length === 0 ? null : total(roundTrips) / roundTrips.length,
    // `closed`: it was connected, and the browser has hung up already.
    isEncrypted:
      used.length === 0
        ? null
        : used.every(({ webRtcTransport: { dtlsState } }) => /^(connected|closed)$/.test(dtlsState)),
  };
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);
