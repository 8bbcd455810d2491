import { type Static, Type } from 'typebox';
import { Kind, RtpParameters, Source, Transport } from './webrtc.ts';

/** What the SFU tells of its rooms, of who is in them, and of what flows between them. */

/** Of a room, a peer, or anything of theirs. */
export const Id = Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9_-]+$' });

/** Whatever the app wants to find again after a restart. Media never reads it. At most 2 kB of JSON. */
export const Label = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { maxProperties: 16 });
export type Label = Static<typeof Label>;

export const SpatialLayer = Type.Integer({ minimum: 0, maximum: 7 });
/** Highest spatial layer that somebody wants of a picture; null: none. */
export const WantedLayer = Type.Union([SpatialLayer, Type.Null()]);

/** What the camera of the loudest one has more priority than that of anybody else. */
export const SPEAKER_PRIORITY = 50;

/** A picture that a peer looks at, and how much of it. Where the sender has fewer layers, its highest one counts. */
export const View = Type.Object({
  /** Who sends it. */
  peerId: Id,
  source: Type.Union([Type.Literal('camera'), Type.Literal('screen')]),
  spatialLayer: SpatialLayer,
  temporalLayer: Type.Integer({ minimum: 0, maximum: 7 }),
  /** Which picture gets first what bandwidth there is; the camera of the loudest one counts {@link SPEAKER_PRIORITY} more. */
  priority: Type.Integer({ minimum: 1, maximum: 255 - SPEAKER_PRIORITY }),
});
export type View = Static<typeof View>;

/** Most pictures that a peer can look at: a full page of tiles, a strip and every screen beside it. */
export const MAX_VIEWS = 64;

/** One producer as one peer receives it. Starts paused: resume it once the browser has it, or video stays black. */
export const ConsumerDescription = Type.Object({
  consumerId: Id,
  producerId: Id,
  producerPeerId: Id,
  kind: Kind,
  source: Source,
  rtpParameters: RtpParameters,
  /** True while the sender has paused it (muted). */
  producerPaused: Type.Boolean(),
});
export type ConsumerDescription = Static<typeof ConsumerDescription>;

export const ProducerDescription = Type.Object({
  producerId: Id,
  kind: Kind,
  source: Source,
  paused: Type.Boolean(),
  /** Highest spatial layer of a picture that somebody wants; null while nobody wants any. Null for sound. */
  wantedLayer: WantedLayer,
});
export type ProducerDescription = Static<typeof ProducerDescription>;

/** Everything that a browser needs to take part: both transports and all it can receive. */
export const PeerDescription = Type.Object({
  peerId: Id,
  label: Label,
  sendTransport: Transport,
  recvTransport: Transport,
  producers: Type.Array(ProducerDescription),
  consumers: Type.Array(ConsumerDescription),
});
export type PeerDescription = Static<typeof PeerDescription>;

export const RoomDescription = Type.Object({
  roomId: Id,
  peers: Type.Array(PeerDescription),
  /** Peers heard now, the loudest first. */
  speakerPeerIds: Type.Array(Id),
});
export type RoomDescription = Static<typeof RoomDescription>;

export const PeerQuality = Type.Object({
  /** How its media came, or went to it; null while no way was found. A browser on this machine may look relayed. */
  path: Type.Union([Type.Literal('udp'), Type.Literal('tcp'), Type.Literal('relay'), Type.Null()]),
  /** Bytes of both directions, since both transports are there. */
  receivedBytes: Type.Integer({ minimum: 0 }),
  sentBytes: Type.Integer({ minimum: 0 }),
  /** Packets that it should have sent us, and how many of them never came. */
  packets: Type.Integer({ minimum: 0 }),
  lostPackets: Type.Integer({ minimum: 0 }),
  /** Mean over its streams, in milliseconds; null where none was measured. */
  roundTripMs: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
  /**
   * Whether keys were agreed on for every transport that found a way (DTLS-SRTP, RFC 5764); sound and picture take no
   * other. Null while no way was found.
   */
  isEncrypted: Type.Union([Type.Boolean(), Type.Null()]),
});
export type PeerQuality = Static<typeof PeerQuality>;
