import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import fp from 'fastify-plugin';
import { SECOND_MS } from '../../kernel/clock.ts';
import { StartFault } from '../../kernel/start-fault.ts';
import type { HttpChallenges } from './http-challenges.ts';

export interface ChallengePortOptions {
  readonly port: number;
  readonly address: string;
  readonly challenges: HttpChallenges;
  /** Answers everybody but the authority. */
  readonly answerOthers: RequestListener;
}

/**
 * The port for plain HTTP, on which an ACME authority looks whether a name leads here. Open from before the first
 * order for as long as the server runs.
 *
 * Registering throws nothing; becoming ready throws a {@link StartFault} when the port cannot be had.
 */
export const challengePort = fp<ChallengePortOptions>(
  async (app, { port, address, challenges, answerOthers }) => {
    const server = createServer(
      { requestTimeout: 10 * SECOND_MS, headersTimeout: 10 * SECOND_MS, keepAlive: false },
      challenges.listener((request, response) => {
        response.setHeader('Connection', 'close');
        answerOthers(request, response);
      }),
    );
    app.addHook('onReady', async () => {
      try {
        server.listen({ port, host: address });
        await once(server, 'listening');
      } catch (thrown) {
        const { code, message } = thrown as NodeJS.ErrnoException;
        const reasons: Record<string, string> = {
          EADDRINUSE: `Port ${port} is in use by another program. Stop that program, or set another tls.acme.http_port`,
          EACCES: `This user may not open port ${port}. Set a tls.acme.http_port of 1024 or more`,
        };
        const reason = reasons[code ?? ''];
        throw new StartFault(
          reason === undefined
            ? `Port ${port} (tls.acme.http_port) cannot be opened: ${message}.`
            : `${reason}, to which port 80 is led.`,
          { cause: thrown },
        );
      }
    });
    app.addHook('onClose', async () => {
      server.closeAllConnections();
      server.close();
    });
  },
  { name: 'challenge-port' },
);
