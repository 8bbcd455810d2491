import websocket from '@fastify/websocket';
import fp from 'fastify-plugin';
import type { Config } from '../../config/load.ts';
import type { OperationReply, RouterRtpCapabilities } from '../../media/contract.ts';
import { iceServers, issueCredentials } from '../../turn/credentials.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Database } from '../database/open.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import { refusalFault } from '../rooms/refusal.ts';
import { FileRelay } from './file-relay.ts';
import { fileRoutes } from './file-routes.ts';
import { Hosting } from './hosting.ts';
import { LiveMeetings } from './live-meetings.ts';
import { MediaClient } from './media-client.ts';
import type { Meeting } from './meeting.ts';
import { Meetings } from './meetings.ts';
import { MAX_MESSAGE_BYTES } from './messages.ts';
import { Moderation } from './moderation.ts';
import { ParticipantTokens } from './participant-token.ts';
import { Peers } from './peers.ts';
import { Readiness } from './readiness.ts';
import { MeetingRegistry, type MeetingRegistryOptions } from './registry.ts';
import { SignallingConnection } from './signalling-connection.ts';
import { Sources } from './sources.ts';
import type { Stay } from './stay.ts';
import { Takeover } from './takeover.ts';
import { Talk } from './talk.ts';

export interface MeetingsPluginOptions {
  readonly config: Config;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly directory: RoomDirectory;
  /** Told of every meeting that is over. By default nobody is. */
  readonly onEnded?: MeetingRegistryOptions['onEnded'];
  readonly secrets: {
    /** Between app and SFU. */
    readonly mediaControl: string;
    /** Signs participants' tokens. */
    readonly sessions: string;
    /** Between app and relay. */
    readonly turn: string;
  };
}

/** How long a `join` waits for an SFU that is just starting, in milliseconds. */
const READY_DEADLINE_MS = 5_000;

/** How long browsers have to acknowledge that the app goes away, in milliseconds. */
const CLOSING_MS = 1_000;

declare module 'fastify' {
  interface FastifyInstance {
    readonly meetings: {
      /** Whether the SFU is there and its rooms are known. */
      readonly isReady: boolean;
      readonly counts: { readonly meetings: number; readonly participants: number; readonly waiting: number };
      /** How many people are in a room now, by its slug. */
      countIn(slug: string): number;
      /** The meeting in a room, by its slug. */
      in(slug: string): Meeting | undefined;
      /** Every meeting that somebody is in. */
      readonly all: readonly Meeting[];
      /** Lets a listener be told when somebody is in a meeting, or is not any more. */
      onPresence(listener: (meeting: Meeting) => void): void;
      readonly hosting: Hosting;
      /** What the browser's device is loaded with. @throws AppError `media_unavailable` while the SFU is away. */
      routerRtpCapabilities(): Promise<RouterRtpCapabilities>;
      /** How much the SFU's workers carry. @throws AppError `media_unavailable` while the SFU is away. */
      load(): Promise<OperationReply<'readLoad'>>;
      /** What the SFU tells Prometheus. @throws AppError `media_unavailable` while the SFU is away. */
      mediaMetrics(): Promise<string>;
    };
  }
}

/** Live calls: the signalling socket at `/signalling` and the state of every meeting. */
export const meetingsPlugin = fp<MeetingsPluginOptions>(
  async (app, { config, secrets, database, audit, clock, directory, onEnded = () => {} }) => {
    const media = new MediaClient({ control: config.media.control, secret: secrets.mediaControl });
    const live = new LiveMeetings(database);
    const registry = new MeetingRegistry({ live, directory, log: app.log, clock, onEnded });
    const files = new FileRelay();
    const presenceListeners = new Set<(meeting: Meeting) => void>();
    const maxFileBytes = config.meetings.files ? config.meetings.file_megabytes * 1_000_000 : null;
    const peers = new Peers(media, app.log);
    const sfu = new Readiness(READY_DEADLINE_MS);
    const meetings = new Meetings({
      sfu,
      peers,
      tokens: new ParticipantTokens(secrets.sessions),
      directory,
      registry,
      clock,
      graceMs: config.media.reconnect_seconds * 1000,
      files,
      maxFileBytes,
      onPresence(meeting) {
        for (const listener of presenceListeners) listener(meeting);
      },
    });
    const onAdopted = (stay: Stay) => meetings.expectBack(stay);
    new Takeover({ media, sfu, registry, log: app.log, onAdopted }).begin();
    const sources = new Sources(media);
    const hosting = new Hosting({ live, audit, clock, leave: (stay) => meetings.leave(stay) });
    const moderation = new Moderation({ meetings, peers, sources, registry, audit, clock });
    const talk = new Talk({ peers, files, maxFileBytes, clock });
    fileRoutes(app, files);
    const connections = new Set<SignallingConnection>();

    await app.register(websocket, {
      options: { maxPayload: MAX_MESSAGE_BYTES },
      preClose(done) {
        for (const connection of connections) connection.goAway();
        // A browser that does not answer the closing handshake must not hold up the stop.
        const timer = setTimeout(() => {
          for (const socket of app.websocketServer.clients) socket.terminate();
        }, CLOSING_MS);
        app.websocketServer.close(() => {
          clearTimeout(timer);
          done();
        });
      },
    });

    app.decorate('meetings', {
      get isReady() {
        return sfu.isReady;
      },
      get counts() {
        return meetings.counts;
      },
      countIn: (slug: string) => meetings.in(slug)?.participants.size ?? 0,
      in: (slug: string) => meetings.in(slug),
      get all() {
        return meetings.all;
      },
      onPresence: (listener: (meeting: Meeting) => void) => void presenceListeners.add(listener),
      hosting,
      async routerRtpCapabilities() {
        const { routerRtpCapabilities } = await media.call('readCapabilities', {});
        return routerRtpCapabilities;
      },
      load: () => media.call('readLoad', {}),
      mediaMetrics: () => media.metrics(),
    });

    app.get('/signalling', { websocket: true, config: { access: 'anyone' } }, (socket, request) => {
      const { log, t } = request;
      const connection: SignallingConnection = new SignallingConnection({
        socket,
        meetings,
        sources,
        hosting,
        moderation,
        talk,
        media,
        sentence: (fault) => t(`errors.${fault.code}.sentence`, fault.params),
        person: request.person,
        edition: request.site.edition,
        refusalFault: (refusal) => refusalFault(refusal, t, request.language),
        actor: request.actor,
        onFault: (fault) => log.error({ err: fault }, 'a signalling request failed'),
        iceServers: (participantId) =>
          iceServers(
            config,
            request.hostname,
            issueCredentials({
              secret: secrets.turn,
              participantId,
              nowMs: Date.now(),
              lifetimeSeconds: config.turn.credential_seconds,
            }),
          ),
      });
      connections.add(connection);
      socket.on('close', () => connections.delete(connection));
    });

    app.addHook('onReady', async () => media.open());
    app.addHook('onClose', async () => media.close());
  },
  { name: 'meetings', dependencies: ['language'] },
);
