import websocket from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../../config/load.ts';
import type { RouterRtpCapabilities } from '../../media/contract.ts';
import { iceServers, issueCredentials } from '../../turn/credentials.ts';
import { AppError } from '../kernel/errors.ts';
import { MediaClient } from './media-client.ts';
import { Meetings } from './meetings.ts';
import { MAX_MESSAGE_BYTES } from './messages.ts';
import { ParticipantTokens } from './participant-token.ts';
import { SignallingConnection } from './signalling-connection.ts';

export interface MeetingsPluginOptions {
  readonly config: Config;
  readonly secrets: {
    /** Between app and SFU. */
    readonly mediaControl: string;
    /** Signs participants' tokens. */
    readonly sessions: string;
    /** Between app and relay. */
    readonly turn: string;
  };
}

/** How long browsers have to acknowledge that the app goes away, in milliseconds. */
const CLOSING_MS = 1_000;

declare module 'fastify' {
  interface FastifyInstance {
    readonly meetings: {
      /** Whether the SFU is there and its rooms are known. */
      readonly isReady: boolean;
      readonly counts: { readonly meetings: number; readonly participants: number };
      /** What the browser's device is loaded with. @throws AppError `media_unavailable` while the SFU is away. */
      routerRtpCapabilities(): Promise<RouterRtpCapabilities>;
    };
  }
}

/** Live calls: the signalling socket at `/signalling` and the state of every meeting. */
export const meetingsPlugin = fp<MeetingsPluginOptions>(
  async (app, { config, secrets }) => {
    const media = new MediaClient({ control: config.media.control, secret: secrets.mediaControl });
    const meetings = new Meetings({
      media,
      tokens: new ParticipantTokens(secrets.sessions),
      log: app.log,
      participantsPerRoom: config.media.participants_per_room,
      graceMs: config.media.reconnect_seconds * 1000,
    });
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
        return meetings.isReady;
      },
      get counts() {
        return meetings.counts;
      },
      async routerRtpCapabilities() {
        const { routerRtpCapabilities } = await media.call('readCapabilities', {});
        return routerRtpCapabilities;
      },
    });

    app.get(
      '/signalling',
      { websocket: true, preValidation: refuseForeignPages, config: { access: 'anyone' } },
      (socket, request) => {
        const { log, t } = request;
        const connection: SignallingConnection = new SignallingConnection({
          socket,
          meetings,
          media,
          sentence: (fault) => t(`errors.${fault.code}.sentence`, fault.params),
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
      },
    );

    app.addHook('onReady', async () => media.open());
    app.addHook('onClose', async () => media.close());
  },
  { name: 'meetings', dependencies: ['language'] },
);

/**
 * A page of another site could open our socket from its reader's browser (cross-site WebSocket hijacking): browsers
 * always name the page's origin, so it must be our own. Programs that name none are no browsers.
 */
async function refuseForeignPages(request: FastifyRequest): Promise<void> {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new AppError('foreign_origin');
}
