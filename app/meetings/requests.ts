import type { MediaClient } from './media-client.ts';
import type { Meetings, Stay } from './meetings.ts';
import type { IceServer, RequestData, RequestName, RequestReply } from './messages.ts';
import type { Connection } from './participant.ts';

/** What a request may touch: its own connection, and its own stay once it has joined. */
export interface RequestContext {
  readonly meetings: Meetings;
  readonly media: MediaClient;
  readonly connection: Connection;
  readonly iceServers: (participantId: string) => IceServer[];
  /** Set by `join`, removed by `leave`. */
  stay: Stay | undefined;
}

/** The same, for requests that only someone who has joined may make. */
type JoinedContext = RequestContext & { stay: Stay };

type OpenRequest = 'join' | 'ping';

type Handlers = {
  [Name in RequestName]: (
    context: Name extends OpenRequest ? RequestContext : JoinedContext,
    data: RequestData<Name>,
  ) => Promise<RequestReply<Name>> | RequestReply<Name>;
};

const openRequests: ReadonlySet<RequestName> = new Set<OpenRequest>(['join', 'ping']);

/** Whether a request may be made before `join`. */
export const isOpenRequest = (name: RequestName): boolean => openRequests.has(name);

/** What the SFU needs to find the caller's own things: it knows nobody else's under this peer. */
const self = ({ stay: { meeting, participant } }: JoinedContext) => ({
  roomId: meeting.room,
  peerId: participant.id,
});

export const handlers: Handlers = {
  async join(context, data) {
    const before = context.stay;
    const { stay, joined } = await context.meetings.join(context.connection, data, context.iceServers);
    context.stay = stay;
    // Another room, or the same one without the token: one connection is one participant.
    if (before && before.participant !== stay.participant) context.meetings.leave(before);
    return joined;
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
