import type { Actor } from '../audit/audit-log.ts';
import { demandHost, type Hosting } from './hosting.ts';
import type { MediaClient } from './media-client.ts';
import type { Arrival, Meetings, Stay } from './meetings.ts';
import type { RequestData, RequestName, RequestReply } from './messages.ts';

/** What a request may touch: its own connection, and its own stay once it has joined. */
export interface RequestContext extends Arrival {
  readonly meetings: Meetings;
  readonly hosting: Hosting;
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

/** What the SFU needs to find the caller's own things: it knows nobody else's under this peer. */
const self = ({ stay: { meeting, participant } }: JoinedContext) => ({
  roomId: meeting.room,
  peerId: participant.id,
});

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
    demandHost(stay);
    await hosting.answer(stay.meeting, waitingIds, 'admit', actor);
    return {};
  },

  async deny({ hosting, stay, actor }, { waitingIds }) {
    demandHost(stay);
    await hosting.answer(stay.meeting, waitingIds, 'deny', actor);
    return {};
  },

  async lock({ hosting, stay, actor }, { locked }) {
    demandHost(stay);
    await hosting.setLocked(stay.meeting, locked, actor);
    return {};
  },

  async endMeeting({ hosting, stay, actor }) {
    demandHost(stay);
    await hosting.end(stay.meeting, actor);
    return {};
  },

  leave(context) {
    context.meetings.leave(context.stay);
    (context as RequestContext).stay = undefined;
    return {};
  },

  ping: () => ({}),

  connectTransport: (context, data) => context.media.call('connectTransport', { ...self(context), ...data }),

  restartIce: (context, data) => context.media.call('restartIce', { ...self(context), ...data }),

  resumeConsumers: (context, data) => context.media.call('resumeConsumers', { ...self(context), ...data }),

  produce: (context, data) => context.meetings.produce(context.stay, data),

  async pauseProducer(context, { producerId }) {
    await context.meetings.setProducerPaused(context.stay, producerId, true);
    return {};
  },

  async resumeProducer(context, { producerId }) {
    await context.meetings.setProducerPaused(context.stay, producerId, false);
    return {};
  },

  async closeProducer(context, { producerId }) {
    await context.meetings.closeProducer(context.stay, producerId);
    return {};
  },
};
