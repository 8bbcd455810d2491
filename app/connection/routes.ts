import { randomBytes } from 'node:crypto';
import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import { iceServers, issueCredentials, type TurnServer } from '../../turn/credentials.ts';
import { type Clock, MINUTE_MS } from '../kernel/clock.ts';
import type { MediaTrials, TriedWay } from './trials.ts';

export interface ConnectionTestOptions {
  readonly config: Pick<Config, 'turn' | 'https' | 'media'>;
  readonly trials: MediaTrials;
  /** Between app and relay. */
  readonly turnSecret: string;
  readonly clock: Clock;
}

/** Every way that sound and picture may take, for a browser to try; null for a relay that is switched off. */
interface Ways {
  readonly udp: TriedWay;
  readonly tcp: TriedWay;
  readonly relayUdp: TurnServer | null;
  readonly relayTcp: TurnServer | null;
  /** Both ports that speak TLS: a call takes whichever of them is open. */
  readonly relayTls: TurnServer | null;
}

/** How often one address may ask within a minute: a school is often one address to us. */
const TESTS_PER_MINUTE = 20;

/** How long the relay takes the credentials of a test, in seconds. */
const CREDENTIAL_SECONDS = 60;

/**
 * `/test`: whether a call works from where the reader is, and by which of the ways. Nothing is sent but what the ways
 * themselves need, no camera is asked for, and nothing is kept.
 */
export const connectionTest = fp<ConnectionTestOptions>(
  async (app, { config, trials, turnSecret, clock }) => {
    app.get('/test', { config: { access: 'anyone' } }, async (request, reply) =>
      reply.page('connection/views/test.hbs', {
        title: request.t('connection.title'),
        pageData: { language: request.language, texts: request.texts.client },
      }),
    );

    app.post(
      '/test/ways',
      { config: { access: 'anyone', rateLimit: { max: TESTS_PER_MINUTE, timeWindow: MINUTE_MS } } },
      async (request, reply): Promise<Ways> => {
        reply.header('Cache-Control', 'no-store');
        const credentials = issueCredentials({
          secret: turnSecret,
          participantId: `trial-${randomBytes(8).toString('hex')}`,
          nowMs: clock(),
          lifetimeSeconds: CREDENTIAL_SECONDS,
        });
        const [server] = iceServers(config, request.hostname, credentials);
        const by = (isMeant: (url: string) => boolean) =>
          server === undefined ? null : { ...server, urls: server.urls.filter(isMeant) };
        return {
          ...(await trials.open()),
          relayUdp: by((url) => url.startsWith('turn:') && url.endsWith('=udp')),
          relayTcp: by((url) => url.startsWith('turn:') && url.endsWith('=tcp')),
          relayTls: by((url) => url.startsWith('turns:')),
        };
      },
    );
  },
  { name: 'connection-test', dependencies: ['views', 'error-pages', 'access', 'meetings'] },
);
