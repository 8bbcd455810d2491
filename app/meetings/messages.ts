import { type Static, type TSchema, Type } from 'typebox';
import {
  ConsumerDescription,
  DtlsParameters,
  IceParameters,
  Id,
  Kind,
  Layers,
  MAX_VIEWS,
  RtpCapabilities,
  RtpParameters,
  Source,
  WantedLayer,
} from '../../media/contract.ts';
import {
  ChatMessage,
  Joined,
  OfferedFile,
  Participant,
  Reaction,
  RuleName,
  Rules,
  Waiting,
  WaitingFor,
  WaitingPerson,
} from './meeting-state.ts';

export type { ConsumerDescription, Source, Transport } from '../../media/contract.ts';
export * from './meeting-state.ts';

/**
 * The signalling contract between browser and app: one JSON object a WebSocket text frame, checked against these
 * schemas on both sides.
 *
 *   browser → app   {id, request, data}
 *   app → browser   {id, ok} or {id, error: {code, message}}     one for every request
 *                   {notification, data}
 *
 * The socket is `wss://HOST/signalling`. The app speaks first (`welcome`); a browser whose PROTOCOL_VERSION differs
 * reloads its page. `join` is the first request, and the only one before it is answered, besides `ping`.
 */

/** Raised with every change that an older page would not understand. */
export const PROTOCOL_VERSION = 3;

/** Largest message either side accepts, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** How often the browser sends `ping`, in milliseconds; a socket silent for twice as long is given up. */
export const PING_INTERVAL_MS = 5_000;

/** Close codes of the socket (RFC 6455, section 7.4.2: 4000 to 4999 are ours). */
export const closeCodes = {
  /** The message was no JSON object, or none of this contract. */
  malformed: 4400,
  /** The page is of another version: reload it. */
  versionMismatch: 4406,
  /** The same participant came back on another socket. */
  replaced: 4409,
  /** Larger than {@link MAX_MESSAGE_BYTES}. RFC 6455's own code. */
  tooLarge: 1009,
  /** Too many messages. */
  tooMany: 4429,
  /** The app is going away; come back at once. RFC 6455's own code. */
  goingAway: 1001,
} as const;

const Nothing = Type.Object({});
const strict = { additionalProperties: false } as const;

/** The part of a room's address after `/r/`. */
export const Slug = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$',
});

/**
 * What a participant is called: 1 to 60 characters, not all blank, without control characters and without those that
 * turn the direction of the text after them (names stand in lists beside other names).
 */
export const ParticipantName = Type.String({
  minLength: 1,
  maxLength: 60,
  pattern: '^(?=.*\\S)[^\\p{Cc}\\u202A-\\u202E\\u2066-\\u2069]+$',
});

/** What somebody types, in several lines or in one: without control characters and those that turn the text's direction. */
const typed = (maxLength: number, more = '') =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: `^(?=[\\s\\S]*\\S)(?:${more}[^\\p{Cc}\\u202A-\\u202E\\u2066-\\u2069])+$`,
  });

/** Longest chat message, in UTF-16 units. */
export const MAX_CHAT_LENGTH = 2_000;

/** Most chat messages that are kept for those who come back; older ones are forgotten. */
export const MAX_CHAT_MESSAGES = 500;

/** How many bytes of a file are posted at once; only its last part has fewer. A slow network gets one through in time. */
export const FILE_PART_BYTES = 512 * 1024;

/** Most files that one participant may offer at once. */
export const MAX_FILES_OFFERED = 20;

const WaitingIds = Type.Object({ waitingIds: Type.Array(Id, { minItems: 1, maxItems: 500 }) }, strict);
const ProducerId = Type.Object({ producerId: Id }, strict);
const ParticipantId = Type.Object({ participantId: Id }, strict);
const FileId = Type.Object({ fileId: Id }, strict);
/** Null: everybody but the caller whom the caller's role reaches. */
const OneOrAll = Type.Union([Id, Type.Null()]);

/** A picture as it is drawn, in CSS pixels. */
export const WatchedPicture = Type.Object(
  {
    participantId: Id,
    source: Type.Union([Type.Literal('camera'), Type.Literal('screen')]),
    width: Type.Integer({ minimum: 1, maximum: 16_384 }),
    height: Type.Integer({ minimum: 1, maximum: 16_384 }),
  },
  strict,
);
export type WatchedPicture = Static<typeof WatchedPicture>;

/** What one participant looks at. What nobody sends yet may be named. */
export const Watched = Type.Object(
  {
    pictures: Type.Array(WatchedPicture, { maxItems: MAX_VIEWS }),
    /** True spares data: the smallest pictures, at a lower rate. */
    saver: Type.Boolean(),
  },
  strict,
);
export type Watched = Static<typeof Watched>;

interface RequestShape {
  readonly data: TSchema;
  readonly reply: TSchema;
}

export const requests = {
  /** Enters the room, or comes back to it with `token`. */
  join: {
    data: Type.Object(
      {
        version: Type.Integer(),
        room: Slug,
        name: ParticipantName,
        rtpCapabilities: RtpCapabilities,
        token: Type.Optional(Type.String({ maxLength: 512 })),
        /** Of the personal link (`/i/TOKEN`) that the page was opened by. */
        invitation: Type.Optional(Type.String({ maxLength: 64 })),
        /** True drops the transports that the app still has for this participant: theirs failed for good. */
        fresh: Type.Optional(Type.Boolean()),
      },
      strict,
    ),
    reply: Type.Union([Joined, Waiting]),
  },
  connectTransport: {
    data: Type.Object({ transportId: Id, dtlsParameters: DtlsParameters }, strict),
    reply: Nothing,
  },
  restartIce: {
    data: Type.Object({ transportId: Id }, strict),
    reply: Type.Object({ iceParameters: IceParameters }),
  },
  produce: {
    data: Type.Object(
      { kind: Kind, source: Source, rtpParameters: RtpParameters, paused: Type.Boolean() },
      strict,
    ),
    reply: Type.Object({ producerId: Id }),
  },
  pauseProducer: { data: ProducerId, reply: Nothing },
  resumeProducer: { data: ProducerId, reply: Nothing },
  closeProducer: { data: ProducerId, reply: Nothing },
  /** The browser has these consumers and can decode them. */
  resumeConsumers: {
    data: Type.Object({ consumerIds: Type.Array(Id, { maxItems: 512 }) }, strict),
    reply: Nothing,
  },
  /** What this side looks at, from now on: no other pictures reach it. Sound is not concerned. */
  watch: { data: Watched, reply: Nothing },
  /** Lets in who waits; unknown ones are passed over, as they may have gone. For hosts and co-hosts, like all until `endMeeting`. */
  admit: { data: WaitingIds, reply: Nothing },
  /** Sends away who waits. */
  deny: { data: WaitingIds, reply: Nothing },
  /** Lets nobody else in, or lets people in again. */
  lock: { data: Type.Object({ locked: Type.Boolean() }, strict), reply: Nothing },
  /** Mutes the microphone, or stops the camera or the shared screen. There is no request that starts one. */
  stopSource: {
    data: Type.Object(
      {
        source: Type.Union([Type.Literal('microphone'), Type.Literal('camera'), Type.Literal('screen')]),
        participantId: OneOrAll,
      },
      strict,
    ),
    reply: Nothing,
  },
  lowerHands: { data: Type.Object({ participantId: OneOrAll }, strict), reply: Nothing },
  /**
   * Takes somebody out, with every other connection of the same account or personal link, and keeps them out until the
   * meeting ends. Whoever comes without account and personal link from then on has to be admitted.
   */
  remove: { data: ParticipantId, reply: Nothing },
  /** Allows or forbids to all. What is going on and forbidden now stops at once; what is allowed does not start. */
  setRules: { data: Type.Object({ rules: Type.Partial(Rules, strict) }, strict), reply: Nothing },
  /** Allows or forbids to one, whatever holds for all; null: as for all. */
  setException: {
    data: Type.Object(
      { participantId: Id, rule: RuleName, allowed: Type.Union([Type.Boolean(), Type.Null()]) },
      strict,
    ),
    reply: Nothing,
  },
  /** Makes somebody co-host, or no longer. For hosts. */
  setCohost: { data: Type.Object({ participantId: Id, cohost: Type.Boolean() }, strict), reply: Nothing },
  /** Makes somebody host; the caller is co-host from then on. For hosts. */
  handOver: { data: ParticipantId, reply: Nothing },
  /** Ends the meeting for everybody. For hosts. */
  endMeeting: { data: Type.Object({}, strict), reply: Nothing },
  raiseHand: { data: Type.Object({ raised: Type.Boolean() }, strict), reply: Nothing },
  react: { data: Type.Object({ reaction: Reaction }, strict), reply: Nothing },
  /** Says something in the chat. Everybody is told, the sender too. */
  say: { data: Type.Object({ text: typed(MAX_CHAT_LENGTH, '[\\n\\t]|') }, strict), reply: Nothing },
  /** Offers a file to everybody. It is asked for by `fileWanted`, as often as somebody takes it. */
  offerFile: {
    data: Type.Object({ name: typed(200), bytes: Type.Integer({ minimum: 0 }) }, strict),
    reply: Type.Object({ fileId: Id }),
  },
  /** Takes an offer back: one's own, or anybody's for those who may. */
  withdrawFile: { data: FileId, reply: Nothing },
  /** Asks for a file. `GET` of the path answers it, once, as soon as its sender delivers. */
  takeFile: { data: FileId, reply: Type.Object({ path: Type.String() }) },
  leave: { data: Type.Object({}, strict), reply: Nothing },
  ping: { data: Type.Object({}, strict), reply: Nothing },
} as const satisfies Record<string, RequestShape>;

export type RequestName = keyof typeof requests;
export type RequestData<Name extends RequestName> = Static<(typeof requests)[Name]['data']>;
export type RequestReply<Name extends RequestName> = Static<(typeof requests)[Name]['reply']>;

export const notifications = {
  /** First message of every socket. */
  welcome: Type.Object({ version: Type.Integer() }),
  participantJoined: Type.Object({ participant: Participant }),
  participantLeft: Type.Object({ participantId: Id }),
  /** Role or exceptions; comes for oneself, too. */
  participantChanged: Type.Object({ participant: Participant }),
  /** Their socket was lost or came back. */
  participantConnectionChanged: Type.Object({ participantId: Id, connected: Type.Boolean() }),
  /** Something new to receive: take it, then `resumeConsumers`. */
  consumerAdded: Type.Object({ consumer: ConsumerDescription }),
  /** The sender stopped it: every consumer of it is gone. */
  producerClosed: Type.Object({ producerId: Id }),
  /** The sender muted or unmuted. */
  producerPausedChanged: Type.Object({ producerId: Id, paused: Type.Boolean() }),
  /** How much of a picture that this side sends is wanted: its highest layer, or null for none of it. */
  demandChanged: Type.Object({ producerId: Id, wantedLayer: WantedLayer }),
  consumerLayersChanged: Type.Object({ consumerId: Id, layers: Layers }),
  /** Who is heard, the loudest first. */
  speakersChanged: Type.Object({ speakerIds: Type.Array(Id) }),
  /** To who waits: what for, since it changed. */
  waitingForChanged: Type.Object({ waitingFor: WaitingFor }),
  /** To who waits: `join` again, with the token. */
  admitted: Nothing,
  /** To who waits: a host sends you away. */
  denied: Nothing,
  /** To those who may admit: who waits now, longest first. Empty for whoever may no longer. */
  waitingChanged: Type.Object({ waiting: Type.Array(WaitingPerson) }),
  lockChanged: Type.Object({ locked: Type.Boolean() }),
  rulesChanged: Type.Object({ rules: Rules }),
  /** To who sends it: a host, or a rule (null), stopped this. A microphone is paused; the others are closed. */
  sourceStopped: Type.Object({ source: Source, byId: Type.Union([Id, Type.Null()]) }),
  /** To who is taken out, and may not come back to this meeting. */
  removed: Nothing,
  /** Whose hands are up, the longest first. */
  handsChanged: Type.Object({ handIds: Type.Array(Id) }),
  reacted: Type.Object({ participantId: Id, reaction: Reaction }),
  said: Type.Object({ message: ChatMessage }),
  fileOffered: Type.Object({ file: OfferedFile }),
  /** It cannot be taken any more. */
  fileWithdrawn: Type.Object({ fileId: Id }),
  /**
   * To who offers it: `POST` the bytes to the path, soon, part by part ({@link FILE_PART_BYTES}), each with the number of
   * bytes before it as `?from=`. 404 says that nobody waits for them any more.
   */
  fileWanted: Type.Object({ fileId: Id, path: Type.String() }),
  /** A host or an administrator ended it for everybody. */
  meetingEnded: Nothing,
  /** The SFU lost this meeting: `join` again with the token, and expect new transports. */
  meetingReset: Nothing,
} as const satisfies Record<string, TSchema>;

export type NotificationName = keyof typeof notifications;
export type NotificationData<Name extends NotificationName> = Static<(typeof notifications)[Name]>;

/** What the browser sends: checked again by the schema of its own `request`. */
export const RequestEnvelope = Type.Object(
  {
    id: Type.Integer({ minimum: 0, maximum: 0xffffffff }),
    request: Type.String({ maxLength: 64 }),
    data: Type.Unknown(),
  },
  strict,
);

export type RequestEnvelope = Static<typeof RequestEnvelope>;

/** A fault, as a sentence in the reader's language and a code for the program. */
export const SocketFault = Type.Object({ code: Type.String(), message: Type.String() });
export type SocketFault = Static<typeof SocketFault>;

export const ServerMessage = Type.Union([
  Type.Object({ id: Type.Integer(), ok: Type.Unknown() }),
  Type.Object({ id: Type.Integer(), error: SocketFault }),
  Type.Object({ notification: Type.String(), data: Type.Unknown() }),
]);
export type ServerMessage = Static<typeof ServerMessage>;
