import type {
  DtlsParameters as MediasoupDtlsParameters,
  IceCandidate as MediasoupIceCandidate,
  IceParameters as MediasoupIceParameters,
  RouterRtpCapabilities as MediasoupRouterRtpCapabilities,
  RtpCapabilities as MediasoupRtpCapabilities,
  RtpParameters as MediasoupRtpParameters,
} from 'mediasoup/types';
import { Type } from 'typebox';

/**
 * WebRTC values as JSON schemas. Peers send them, so every string and list is bounded; what the fields mean to
 * each other is checked by mediasoup itself, which knows the codecs.
 */

const open = { additionalProperties: true } as const;
const Token = Type.String({ minLength: 1, maxLength: 256 });
const Ssrc = Type.Integer({ minimum: 0, maximum: 0xffffffff });
const PayloadType = Type.Integer({ minimum: 0, maximum: 127 });
const HeaderExtensionId = Type.Integer({ minimum: 1, maximum: 255 });
const CodecParameters = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.Union([Type.String({ maxLength: 512 }), Type.Number(), Type.Boolean(), Type.Null()]),
  { maxProperties: 32 },
);
const RtcpFeedback = Type.Array(
  Type.Object({ type: Token, parameter: Type.Optional(Type.String({ maxLength: 64 })) }, open),
  { maxItems: 32 },
);

export const Kind = Type.Union([Type.Literal('audio'), Type.Literal('video')]);

/** What a participant sends: at most one producer of each. */
export const Source = Type.Union([
  Type.Literal('microphone'),
  Type.Literal('camera'),
  Type.Literal('screen'),
  Type.Literal('screenAudio'),
]);
export type Source = Type.Static<typeof Source>;

export const RtpCapabilities = Type.Unsafe<MediasoupRtpCapabilities>(
  Type.Object(
    {
      codecs: Type.Array(
        Type.Object(
          {
            kind: Kind,
            mimeType: Token,
            preferredPayloadType: Type.Optional(PayloadType),
            clockRate: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
            channels: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
            parameters: Type.Optional(CodecParameters),
            rtcpFeedback: Type.Optional(RtcpFeedback),
          },
          open,
        ),
        { maxItems: 64 },
      ),
      headerExtensions: Type.Optional(
        Type.Array(Type.Object({ kind: Kind, uri: Token, preferredId: HeaderExtensionId }, open), {
          maxItems: 64,
        }),
      ),
    },
    open,
  ),
);

/** What the router can receive and send; the browser's device is loaded with it. */
export const RouterRtpCapabilities = Type.Unsafe<MediasoupRouterRtpCapabilities>(RtpCapabilities);
export type RouterRtpCapabilities = Type.Static<typeof RouterRtpCapabilities>;

export const RtpParameters = Type.Unsafe<MediasoupRtpParameters>(
  Type.Object(
    {
      mid: Type.Optional(Type.String({ maxLength: 32 })),
      codecs: Type.Array(
        Type.Object(
          {
            mimeType: Token,
            payloadType: PayloadType,
            clockRate: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
            channels: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
            parameters: Type.Optional(CodecParameters),
            rtcpFeedback: Type.Optional(RtcpFeedback),
          },
          open,
        ),
        { minItems: 1, maxItems: 16 },
      ),
      headerExtensions: Type.Optional(
        Type.Array(Type.Object({ uri: Token, id: HeaderExtensionId }, open), { maxItems: 64 }),
      ),
      encodings: Type.Optional(
        Type.Array(
          Type.Object(
            {
              ssrc: Type.Optional(Ssrc),
              rid: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
              rtx: Type.Optional(Type.Object({ ssrc: Ssrc }, open)),
              dtx: Type.Optional(Type.Boolean()),
              scalabilityMode: Type.Optional(Type.String({ maxLength: 32 })),
              scaleResolutionDownBy: Type.Optional(Type.Number({ minimum: 1, maximum: 64 })),
              maxBitrate: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
            },
            open,
          ),
          { maxItems: 8 },
        ),
      ),
      rtcp: Type.Optional(
        Type.Object(
          {
            cname: Type.Optional(Type.String({ maxLength: 256 })),
            reducedSize: Type.Optional(Type.Boolean()),
          },
          open,
        ),
      ),
    },
    open,
  ),
);

export const DtlsParameters = Type.Unsafe<MediasoupDtlsParameters>(
  Type.Object({
    role: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('client'), Type.Literal('server')])),
    fingerprints: Type.Array(
      Type.Object({
        algorithm: Type.Union([
          Type.Literal('sha-1'),
          Type.Literal('sha-224'),
          Type.Literal('sha-256'),
          Type.Literal('sha-384'),
          Type.Literal('sha-512'),
        ]),
        value: Type.String({ minLength: 1, maxLength: 256, pattern: '^[0-9A-Fa-f:]+$' }),
      }),
      { minItems: 1, maxItems: 8 },
    ),
  }),
);

export const IceParameters = Type.Unsafe<MediasoupIceParameters>(
  Type.Object({ usernameFragment: Token, password: Token, iceLite: Type.Optional(Type.Boolean()) }),
);

const IceCandidates = Type.Unsafe<MediasoupIceCandidate[]>(
  Type.Array(
    Type.Object({
      foundation: Token,
      priority: Type.Integer({ minimum: 0 }),
      ip: Token,
      address: Token,
      protocol: Type.Union([Type.Literal('udp'), Type.Literal('tcp')]),
      port: Type.Integer({ minimum: 0, maximum: 65535 }),
      type: Type.Literal('host'),
      tcpType: Type.Optional(Type.Literal('passive')),
    }),
    { maxItems: 32 },
  ),
);

/** The server's half of one WebRTC transport, as the browser needs it. */
export const Transport = Type.Object({
  id: Token,
  iceParameters: IceParameters,
  iceCandidates: IceCandidates,
  dtlsParameters: DtlsParameters,
});
export type Transport = Type.Static<typeof Transport>;

/** Layers that reach a receiver now; null while nothing is sent: it is paused, or there is no bandwidth for it. */
export const Layers = Type.Union([
  Type.Object({
    spatialLayer: Type.Integer({ minimum: 0, maximum: 7 }),
    temporalLayer: Type.Optional(Type.Integer({ minimum: 0, maximum: 7 })),
  }),
  Type.Null(),
]);
export type Layers = Type.Static<typeof Layers>;
