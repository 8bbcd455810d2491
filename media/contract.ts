import { type Static, type TSchema, Type } from 'typebox';
import {
  ConsumerDescription,
  Id,
  Label,
  MAX_VIEWS,
  PeerDescription,
  PeerQuality,
  RoomDescription,
  SpatialLayer,
  View,
  WantedLayer,
} from './descriptions.ts';
import {
  DtlsParameters,
  IceParameters,
  Kind,
  Layers,
  RouterRtpCapabilities,
  RtpCapabilities,
  RtpParameters,
  Source,
} from './webrtc.ts';

export * from './descriptions.ts';
export * from './webrtc.ts';

/**
 * How the app controls the SFU: the only public face of `media/`, and its only documentation.
 *
 * Transport: HTTP/1.1 with JSON bodies, on a Unix socket or a TCP address (`media.control` in the YAML). Every
 * request but the two health checks carries `Authorization: Bearer SECRET`, where SECRET is the content of the
 * secret file `media-control`. Faults answer RFC 9457 problem+json: `{status, code, title, detail}` with a `code`
 * of {@link FaultCode}. A request that is not answered within {@link DEADLINE_MS} is answered `deadline_exceeded`.
 * A join or a producer that nobody waits for any more, for that reason or because the caller hung up, is undone.
 *
 * One WebSocket at `GET /events` carries {@link MediaEvent}s, one JSON object a text frame, from the moment it
 * opens. A new app opens it first and then calls `listRooms`, so that nothing happens between the two unseen. An
 * event is sent before the answer to any call that was made after it happened. Whoever falls too far behind is cut
 * off. When media ends, the stream is closed with code 1001.
 *
 * Life of a room: it appears with its first peer, on the router of the least loaded worker, and goes with its
 * last. A dead worker takes its rooms along (`roomClosed`, reason `workerDied`); joining again makes them anew on
 * another worker. Media outlives the app: rooms go on without it for {@link ORPHAN_MS}.
 *
 * Also served, for operators: `GET /health/live` (the process answers), `GET /health/ready` (every worker runs),
 * `GET /metrics` (Prometheus text, needs the secret).
 */

/** How long a control call may take, in milliseconds, on both sides. */
export const DEADLINE_MS = 5_000;

/** How long rooms live on with no app connected, in milliseconds. Then nobody is left to let people in or out. */
export const ORPHAN_MS = 10 * 60_000;

/** How long less of a picture must be wanted before its sender is told, in milliseconds. */
export const LESS_WANTED_MS = 1_000;

export const FaultCode = Type.Union([
  /** 400: the request does not fit the schema, or mediasoup finds its parameters inconsistent. */
  Type.Literal('invalid'),
  /** 401: the secret is missing or wrong. */
  Type.Literal('unauthorised'),
  /** 404: no such room, peer, transport, producer or consumer. */
  Type.Literal('not_found'),
  /** 409: the peer already sends this source, or the transport is connected already. */
  Type.Literal('conflict'),
  /** 503: the worker died or is being replaced, or media is ending; joining again makes the room anew. */
  Type.Literal('worker_lost'),
  /** 504: the worker did not answer within {@link DEADLINE_MS}. */
  Type.Literal('deadline_exceeded'),
  /** 500: a fault of ours; the log has the cause. */
  Type.Literal('internal'),
]);
export type FaultCode = Static<typeof FaultCode>;

export const Fault = Type.Object({
  status: Type.Integer(),
  code: FaultCode,
  title: Type.String(),
  detail: Type.Optional(Type.String()),
});
export type Fault = Static<typeof Fault>;

const Nothing = Type.Object({});

interface OperationShape {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly params: TSchema;
  readonly body: TSchema;
  readonly reply: TSchema;
}

const Room = Type.Object({ roomId: Id });
const Peer = Type.Object({ roomId: Id, peerId: Id });
const PeerTransport = Type.Object({ roomId: Id, peerId: Id, transportId: Id });
const PeerProducer = Type.Object({ roomId: Id, peerId: Id, producerId: Id });

/** Every call: the server registers its routes from this table and the client calls by it. */
export const operations = {
  /** What every router can receive and send. Follows from the configuration; the same until media restarts. */
  readCapabilities: {
    method: 'GET',
    path: '/capabilities',
    params: Nothing,
    body: Nothing,
    reply: Type.Object({ routerRtpCapabilities: RouterRtpCapabilities }),
  },

  /** How much each worker carries now, for whoever looks after the appliance. */
  readLoad: {
    method: 'GET',
    path: '/load',
    params: Nothing,
    body: Nothing,
    reply: Type.Object({
      workers: Type.Array(
        Type.Object({
          /** UDP and TCP port of its place. */
          port: Type.Integer(),
          /** False while it is being replaced. */
          running: Type.Boolean(),
          rooms: Type.Integer(),
          consumers: Type.Integer(),
          /** Transports with a way to their browser; a peer has two. */
          connectedTransports: Type.Integer(),
          /**
           * Those of them whose way leads through the relay: their packets come from an address of this machine and a
           * port that the relay sends from. A browser on this very machine may be taken for one.
           */
          relayedTransports: Type.Integer(),
          /** Share of a core, about 0 to 1, over the last seconds; null while it is not known yet. */
          cpuShare: Type.Union([Type.Number(), Type.Null()]),
        }),
      ),
    }),
  },

  /** All that lives, for an app that takes over. */
  listRooms: {
    method: 'GET',
    path: '/rooms',
    params: Nothing,
    body: Nothing,
    reply: Type.Object({ rooms: Type.Array(RoomDescription) }),
  },

  /** Ends a room for everyone. Reported as `roomClosed`, reason `closed`. */
  closeRoom: { method: 'DELETE', path: '/rooms/:roomId', params: Room, body: Nothing, reply: Nothing },

  /**
   * Adds a peer and makes the room if need be; answers both transports and a paused consumer of everything it can
   * receive. A producer that starts meanwhile is either among them or in the answer to its `produce`, never in both;
   * that answer may come first. A peer that is already there is answered as it is, and nothing changes.
   */
  joinRoom: {
    method: 'PUT',
    path: '/rooms/:roomId/peers/:peerId',
    params: Peer,
    body: Type.Object({
      rtpCapabilities: RtpCapabilities,
      label: Label,
      /** Highest spatial layer of every camera until `setViews` says what is looked at; all of them by default. */
      firstLayer: Type.Optional(SpatialLayer),
    }),
    reply: PeerDescription,
  },

  /**
   * How a peer's way and media were so far, for statistics. Numbers only; sums of what is being sent and received now,
   * so what ended before is not in them.
   */
  readQuality: {
    method: 'GET',
    path: '/rooms/:roomId/peers/:peerId/quality',
    params: Peer,
    body: Nothing,
    reply: PeerQuality,
  },

  /** Gives a peer another label: what the app knows of it changed. */
  labelPeer: {
    method: 'PUT',
    path: '/rooms/:roomId/peers/:peerId/label',
    params: Peer,
    body: Type.Object({ label: Label }),
    reply: Nothing,
  },

  /** Removes a peer and all that is its own. Others' consumers of it are gone with it. */
  leaveRoom: {
    method: 'DELETE',
    path: '/rooms/:roomId/peers/:peerId',
    params: Peer,
    body: Nothing,
    reply: Nothing,
  },

  /** Gives a transport the browser's DTLS fingerprints. Once a transport; the second time is a `conflict`. */
  connectTransport: {
    method: 'POST',
    path: '/rooms/:roomId/peers/:peerId/transports/:transportId/connect',
    params: PeerTransport,
    body: Type.Object({ dtlsParameters: DtlsParameters }),
    reply: Nothing,
  },

  /** New ICE credentials for a transport whose network path changed (RFC 8445, section 2.4). */
  restartIce: {
    method: 'POST',
    path: '/rooms/:roomId/peers/:peerId/transports/:transportId/restart-ice',
    params: PeerTransport,
    body: Nothing,
    reply: Type.Object({ iceParameters: IceParameters }),
  },

  /** Starts a producer; answers the paused consumers made of it, one for every other peer that can receive it. */
  produce: {
    method: 'POST',
    path: '/rooms/:roomId/peers/:peerId/producers',
    params: Peer,
    body: Type.Object({
      kind: Kind,
      source: Source,
      rtpParameters: RtpParameters,
      paused: Type.Boolean(),
    }),
    reply: Type.Object({
      producerId: Id,
      consumers: Type.Array(Type.Object({ peerId: Id, consumer: ConsumerDescription })),
    }),
  },

  pauseProducer: {
    method: 'POST',
    path: '/rooms/:roomId/peers/:peerId/producers/:producerId/pause',
    params: PeerProducer,
    body: Nothing,
    reply: Nothing,
  },

  resumeProducer: {
    method: 'POST',
    path: '/rooms/:roomId/peers/:peerId/producers/:producerId/resume',
    params: PeerProducer,
    body: Nothing,
    reply: Nothing,
  },

  /** Stops a producer; every consumer of it is gone with it. */
  closeProducer: {
    method: 'DELETE',
    path: '/rooms/:roomId/peers/:peerId/producers/:producerId',
    params: PeerProducer,
    body: Nothing,
    reply: Nothing,
  },

  /**
   * What a peer looks at, from now on: these pictures flow, as soon as there is one and the browser has it, and no
   * others. The last call holds until the next one, for producers that start later too. Sound is not concerned: the
   * loudest voices flow to everybody, whatever they look at.
   */
  setViews: {
    method: 'PUT',
    path: '/rooms/:roomId/peers/:peerId/views',
    params: Peer,
    body: Type.Object({ views: Type.Array(View, { maxItems: MAX_VIEWS }) }),
    reply: Nothing,
  },

  /** Lets the named consumers flow, as far as they are wanted. Unknown ones are passed over: they may have closed meanwhile. */
  resumeConsumers: {
    method: 'POST',
    path: '/rooms/:roomId/peers/:peerId/consumers/resume',
    params: Peer,
    body: Type.Object({ consumerIds: Type.Array(Id, { maxItems: 512 }) }),
    reply: Nothing,
  },
} as const satisfies Record<string, OperationShape>;

export type OperationName = keyof typeof operations;

/** What a call takes: the parameters of its path and its body, in one object. */
export type OperationInput<Name extends OperationName> = Static<(typeof operations)[Name]['params']> &
  Static<(typeof operations)[Name]['body']>;

export type OperationReply<Name extends OperationName> = Static<(typeof operations)[Name]['reply']>;

export const MediaEvent = Type.Union([
  /** A room is gone with everything in it. Not sent when its last peer left: somebody asked for that. */
  Type.Object({
    event: Type.Literal('roomClosed'),
    roomId: Id,
    reason: Type.Union([Type.Literal('workerDied'), Type.Literal('closed')]),
  }),
  /** Whose microphones are heard, the loudest first; empty when it is quiet. Sent when it changes. */
  Type.Object({ event: Type.Literal('speakersChanged'), roomId: Id, speakerPeerIds: Type.Array(Id) }),
  /**
   * The layers that reach a receiver changed. Null only for what is meant to flow: its sender sends nothing, or there
   * is no bandwidth for it.
   */
  Type.Object({
    event: Type.Literal('consumerLayersChanged'),
    roomId: Id,
    peerId: Id,
    consumerId: Id,
    layers: Layers,
  }),
  /**
   * How much of a picture is wanted changed; see `wantedLayer` of {@link ProducerDescription}. More is told at once,
   * less after {@link LESS_WANTED_MS}: who turns pages of tiles comes back.
   */
  Type.Object({
    event: Type.Literal('demandChanged'),
    roomId: Id,
    /** Who sends it. */
    peerId: Id,
    producerId: Id,
    wantedLayer: WantedLayer,
  }),
  /**
   * The path between a peer and us came up or went away. `disconnected`: nothing was heard for 15 seconds; it may come
   * back, by itself or after `restartIce`. `failed`: the browser hung up, or DTLS went wrong; it does not come back.
   */
  Type.Object({
    event: Type.Literal('transportStateChanged'),
    roomId: Id,
    peerId: Id,
    transportId: Id,
    state: Type.Union([Type.Literal('connected'), Type.Literal('disconnected'), Type.Literal('failed')]),
  }),
]);
export type MediaEvent = Static<typeof MediaEvent>;
