import { type Static, Type } from 'typebox';
import { ConsumerDescription, Id, ProducerDescription, Transport } from '../../media/contract.ts';

/** A meeting as its participants see it, and as their browsers are told of it. */

/**
 * `host`: runs the meeting. `cohost`: does so with them, below them. `participant`: signed in. `guest`: anybody else.
 * Who may do what is the table in `rules.ts`.
 */
export const Role = Type.Union([
  Type.Literal('host'),
  Type.Literal('cohost'),
  Type.Literal('participant'),
  Type.Literal('guest'),
]);
export type Role = Static<typeof Role>;

/** What participants and guests may do unless it is forbidden, to all or to one. Hosts and co-hosts always may. */
export const RuleName = Type.Union([
  /** To unmute the microphone. */
  Type.Literal('microphone'),
  Type.Literal('camera'),
  /** To share a screen and its sound. */
  Type.Literal('screen'),
  Type.Literal('chat'),
  Type.Literal('reactions'),
  Type.Literal('files'),
]);
export type RuleName = Static<typeof RuleName>;

/** What is allowed to everybody in the meeting. */
export const Rules = Type.Object({
  microphone: Type.Boolean(),
  camera: Type.Boolean(),
  screen: Type.Boolean(),
  chat: Type.Boolean(),
  reactions: Type.Boolean(),
  files: Type.Boolean(),
});
export type Rules = Static<typeof Rules>;

/** What is allowed or forbidden to one participant, whatever holds for all. */
export const Exceptions = Type.Partial(Rules, { additionalProperties: false });
export type Exceptions = Static<typeof Exceptions>;

export const Participant = Type.Object({
  id: Id,
  name: Type.String(),
  role: Role,
  /** Whether nobody has signed in: also guests can be made co-host. */
  isGuest: Type.Boolean(),
  exceptions: Exceptions,
  /** False while the socket is lost and the participant is expected back. */
  connected: Type.Boolean(),
});
export type Participant = Static<typeof Participant>;

/** Shape of RTCIceServer (W3C WebRTC, section 4.2.2); only ever our own TURN server. */
export const IceServer = Type.Object({
  urls: Type.Array(Type.String()),
  username: Type.String(),
  credential: Type.String(),
});
export type IceServer = Static<typeof IceServer>;

/** What somebody waits for: a host to come, or a host to admit them. */
export const WaitingFor = Type.Union([Type.Literal('host'), Type.Literal('admission')]);
export type WaitingFor = Static<typeof WaitingFor>;

/**
 * The answer to a `join` for those who have to wait. They are told nothing of the meeting nor of each other, until
 * `admitted` or `denied` comes; then they `join` again, with this token.
 */
export const Waiting = Type.Object({
  waitingFor: WaitingFor,
  /** Proves the place in the queue on a later `join`. Kept in the page's memory only. */
  token: Type.String(),
});
export type Waiting = Static<typeof Waiting>;

/** Somebody who waits, as hosts see them. */
export const WaitingPerson = Type.Object({
  id: Id,
  name: Type.String(),
  /** Milliseconds that they have been waiting when this was sent: clocks of browsers differ. */
  waitedMs: Type.Number({ minimum: 0 }),
});
export type WaitingPerson = Static<typeof WaitingPerson>;

/** One message of the chat. Plain text: whoever shows it turns addresses into links and nothing into HTML. */
export const ChatMessage = Type.Object({
  id: Id,
  participantId: Id,
  /** As the sender was called: they may have left. */
  name: Type.String(),
  text: Type.String(),
  /** Milliseconds since 1970, by the server's clock. */
  sentAt: Type.Number(),
});
export type ChatMessage = Static<typeof ChatMessage>;

/** What one may show in passing. The names are ours; the pictures are the page's. */
export const Reaction = Type.Union([
  Type.Literal('thumbs_up'),
  Type.Literal('clap'),
  Type.Literal('heart'),
  Type.Literal('laugh'),
  Type.Literal('surprised'),
  Type.Literal('celebrate'),
]);
export type Reaction = Static<typeof Reaction>;

/** A file that somebody offers. It stays in their browser; who takes it gets it through the app, which keeps nothing. */
export const OfferedFile = Type.Object({
  id: Id,
  participantId: Id,
  name: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
});
export type OfferedFile = Static<typeof OfferedFile>;

/**
 * The whole state of the meeting as one participant may see it. A first join, a return after a lost socket and a
 * return after a restart of app or media all get the same answer; the browser compares it with what it has. Equal
 * transport ids mean that media never stopped; other ids mean that it starts from nothing.
 */
export const Joined = Type.Object({
  you: Type.Object({
    participant: Participant,
    /** Proves the identity on a later `join`. Kept in the page's memory only. */
    token: Type.String(),
    producers: Type.Array(ProducerDescription),
  }),
  participants: Type.Array(Participant),
  sendTransport: Transport,
  recvTransport: Transport,
  consumers: Type.Array(ConsumerDescription),
  speakerIds: Type.Array(Id),
  iceServers: Type.Array(IceServer),
  isLocked: Type.Boolean(),
  /** Who waits, longest first; for those who may admit. Empty for everybody else. */
  waiting: Type.Array(WaitingPerson),
  rules: Rules,
  /** Whose hands are up, the longest first. */
  handIds: Type.Array(Id),
  /** What was said in the chat since this participant came first, the oldest first. */
  chat: Type.Array(ChatMessage),
  files: Type.Array(OfferedFile),
  /** Largest file that may be offered, in bytes; null when the appliance passes none on. */
  maxFileBytes: Type.Union([Type.Integer(), Type.Null()]),
});
export type Joined = Static<typeof Joined>;
