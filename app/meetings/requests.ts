import type { Actor } from '../audit/audit-log.ts';
import type { Hosting } from './hosting.ts';
import type { MediaClient } from './media-client.ts';
import type { Meetings } from './meetings.ts';
import type { RequestData, RequestName, RequestReply } from './messages.ts';
import { demand, type Moderation } from './moderation.ts';
import { peerOf } from './peers.ts';
import type { Sources } from './sources.ts';
import type { Arrival, Stay } from './stay.ts';
import type { Talk } from './talk.ts';
import { viewsOf } from './views.ts';

/** What a request may touch: its own connection, and its own stay once it has joined. */
export interface RequestContext extends Arrival {
  readonly meetings: Meetings;
  readonly sources: Sources;
  readonly hosting: Hosting;
  readonly moderation: Moderation;
  readonly talk: Talk;
  readonly media: MediaClient;
  /** Who asks, for the audit log. */
  readonly actor: Actor;
  /** Set by `join`, removed by `leave`. */
  stay: Stay | undefined;
}

/** The same, for requests that only someone who has joined may make. */
type JoinedContext = RequestContext & { stay: Stay };

type OpenRequest = 'join' | 'ping';

/** What somebody may ask for who waits to be let in. */
const waitingRequests: ReadonlySet<RequestName> = new Set<RequestName>(['join', 'ping', 'leave']);

type Handlers = {
  [Name in RequestName]: (
    context: Name extends OpenRequest ? RequestContext : JoinedContext,
    data: RequestData<Name>,
  ) => Promise<RequestReply<Name>> | RequestReply<Name>;
};

const openRequests: ReadonlySet<RequestName> = new Set<OpenRequest>(['join', 'ping']);

/** Whether a request may be made before `join`. */
export const isOpenRequest = (name: RequestName): boolean => openRequests.has(name);

/** Whether a request may be made before one is let in. */
export const isWaitingRequest = (name: RequestName): boolean => waitingRequests.has(name);

/** Whether somebody is no longer in the meeting that their connection still speaks of: they were taken out, or it ended. */
export const isOver = ({ meeting, participant, isWaiting }: Stay): boolean =>
  !isWaiting && meeting.participants.get(participant.id) !== participant;

/** What the SFU needs to find the caller's own things: it knows nobody else's under this peer. */
const self = ({ stay: { meeting, participant } }: JoinedContext) => peerOf(meeting, participant);

export const handlers: Handlers = {
  async join(context, data) {
    const before = context.stay;
    const { stay, reply } = await context.meetings.join(context, data);
    context.stay = stay;
    // Another room, or the same one without the token: one connection is one participant.
    if (before && before.participant !== stay.participant) context.meetings.leave(before);
    return reply;
  },

  async admit({ hosting, stay, actor }, { waitingIds }) {
    demand(stay.participant, 'admit');
    await hosting.answer(stay.meeting, waitingIds, 'admit', actor);
    return {};
  },

  async deny({ hosting, stay, actor }, { waitingIds }) {
    demand(stay.participant, 'admit');
    await hosting.answer(stay.meeting, waitingIds, 'deny', actor);
    return {};
  },

  async lock({ hosting, stay, actor }, { locked }) {
    demand(stay.participant, 'lock');
    await hosting.setLocked(stay.meeting, locked, actor);
    return {};
  },

  async endMeeting({ hosting, stay, actor }) {
    demand(stay.participant, 'end');
    await hosting.end(stay.meeting, actor);
    return {};
  },

  async stopSource({ moderation, stay, actor }, data) {
    await moderation.stopSource(stay, data, actor);
    return {};
  },

  lowerHands({ moderation, stay }, data) {
    moderation.lowerHands(stay, data);
    return {};
  },

  async remove({ moderation, stay, actor }, { participantId }) {
    await moderation.remove(stay, participantId, actor);
    return {};
  },

  async setRules({ moderation, stay, actor }, { rules }) {
    await moderation.setRules(stay, rules, actor);
    return {};
  },

  async setException({ moderation, stay, actor }, data) {
    await moderation.setException(stay, data, actor);
    return {};
  },

  async setCohost({ moderation, stay, actor }, data) {
    await moderation.setCohost(stay, data, actor);
    return {};
  },

  async handOver({ moderation, stay, actor }, { participantId }) {
    await moderation.handOver(stay, participantId, actor);
    return {};
  },

  raiseHand({ talk, stay }, { raised }) {
    talk.raiseHand(stay, raised);
    return {};
  },

  react({ talk, stay }, { reaction }) {
    talk.react(stay, reaction);
    return {};
  },

  say({ talk, stay }, { text }) {
    talk.say(stay, text);
    return {};
  },

  offerFile: ({ talk, stay }, data) => talk.offerFile(stay, data),

  withdrawFile({ talk, stay }, { fileId }) {
    talk.withdrawFile(stay, fileId);
    return {};
  },

  takeFile: ({ talk, stay }, { fileId }) => talk.takeFile(stay, fileId),

  leave(context) {
    context.meetings.leave(context.stay);
    (context as RequestContext).stay = undefined;
    return {};
  },

  ping: () => ({}),

  connectTransport: (context, data) => context.media.call('connectTransport', { ...self(context), ...data }),

  restartIce: (context, data) => context.media.call('restartIce', { ...self(context), ...data }),

  resumeConsumers: (context, data) => context.media.call('resumeConsumers', { ...self(context), ...data }),

  watch: (context, data) => context.media.call('setViews', { ...self(context), views: viewsOf(data) }),

  produce: (context, data) => context.sources.produce(context.stay, data),

  async pauseProducer(context, { producerId }) {
    await context.sources.setPaused(context.stay, producerId, true);
    return {};
  },

  async resumeProducer(context, { producerId }) {
    await context.sources.setPaused(context.stay, producerId, false);
    return {};
  },

  async closeProducer(context, { producerId }) {
    await context.sources.close(context.stay, producerId);
    return {};
  },
};
