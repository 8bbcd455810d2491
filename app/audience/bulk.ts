/// <reference path="./matomo-tracker.d.ts" />
import { type IncomingMessage, request } from 'node:http';
import MatomoTracker from 'matomo-tracker';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/schema';
import { type Hit, trackingFields } from './hit.ts';
import type { MatomoServer } from './matomo-server.ts';

const LARGEST_ANSWER_BYTES = 100_000;

/** `{"status":"success","tracked":2,"invalid":0}`; an answer of 200 may still have taken none. */
const Answer = Type.Object({
  tracked: Type.Integer({ minimum: 0 }),
  invalid: Type.Optional(Type.Integer({ minimum: 0 })),
});

/**
 * What became of hits that were sent: Matomo took them, counting some as invalid; or it does not like this request
 * (`refused`, with its status); or there was no answer that can be read (`failed`).
 */
export type BulkOutcome =
  | { readonly kind: 'taken'; readonly tracked: number; readonly invalid: number }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed' };

export interface Bulk {
  readonly matomo: MatomoServer;
  readonly siteId: number;
  readonly hits: readonly Hit[];
  /** The port of the pages. */
  readonly port: number;
  /** How long Matomo may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** Sends hits of one site in one POST: no address in a URL, which a server might log. Never rejects. */
export async function sendBulk({ matomo, siteId, hits, port, deadlineMs }: Bulk): Promise<BulkOutcome> {
  try {
    const { status, text } = await post(matomo, siteId, deadlineMs, hits, port);
    if (status !== 200) return { kind: 'refused', status };
    const answer: unknown = JSON.parse(text);
    return Check(Answer, answer) ? takenOf(answer) : { kind: 'failed' };
  } catch {
    return { kind: 'failed' };
  }
}

const takenOf = ({ tracked, invalid = 0 }: Static<typeof Answer>): BulkOutcome => ({
  kind: 'taken',
  tracked,
  invalid,
});

async function post(
  matomo: MatomoServer,
  siteId: number,
  deadlineMs: number,
  hits: readonly Hit[],
  port: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const token = await matomo.secret('tracker-token');
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  let status = 0;
  const tracker = new MatomoTracker(siteId, `${matomo.origin}/matomo.php`);
  // The package knows neither deadline nor token of a bulk (which stands beside the hits, as Matomo wants it where
  // every bulk has to be authenticated), and tells no status of a failure: it asks by what we give it instead.
  tracker.agent = {
    request(options, onAnswer) {
      const signal = AbortSignal.timeout(deadlineMs);
      const asked = request({ ...options, agent: matomo.agent, signal }, (answer: IncomingMessage) => {
        status = answer.statusCode ?? 0;
        let bytes = 0;
        answer.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > LARGEST_ANSWER_BYTES) answer.destroy(new Error('Matomo answers too much.'));
        });
        answer.once('error', reject);
        onAnswer(answer);
      });
      asked.once('error', reject);
      return {
        on: asked.on.bind(asked),
        write(body) {
          const whole = Buffer.from(JSON.stringify({ ...JSON.parse(body), token_auth: token }));
          asked.setHeader('Content-Length', whole.length);
          asked.write(whole);
        },
        end: () => void asked.end(),
      };
    },
  };
  tracker.trackBulk(
    hits.map((hit) => trackingFields(hit, port)),
    (text) => resolve({ status, text }),
  );
  return promise;
}
