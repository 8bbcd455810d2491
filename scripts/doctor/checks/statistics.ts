import { request } from 'node:http';
import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import { type PathReason, toPathFault } from '../wire/path-fault.ts';

const found = findingsOf('statistics');

/** Matomo's address between containers. */
const BETWEEN_CONTAINERS = 'http://analytics:8080/';

/** How long it may take to answer, in milliseconds. */
const ANSWER_MS = 5_000;

/** Whether Matomo answers the app. It comes with the containers; `LINKELLO_ANALYTICS_URL` names another place. */
export const statistics: Check = {
  name: 'statistics',
  deadlineMs: 7_000,
  async examine({ config, environment }) {
    if (!config.analytics.enabled) return [found('off')];
    // Outside of containers the name `analytics` may be anybody's, who is not to be asked.
    const isContained = Boolean(environment.LINKELLO_MACHINE);
    const address = environment.LINKELLO_ANALYTICS_URL || (isContained ? BETWEEN_CONTAINERS : '');
    if (address === '') return [found('absent')];
    const answer = await knock(address);
    return [answer === 'answers' ? found('answer') : found('no_answer', { address, reason: answer })];
  },
};

async function knock(address: string): Promise<'answers' | PathReason> {
  const { promise, resolve } = Promise.withResolvers<'answers' | PathReason>();
  const asked = request(address, { agent: false, signal: AbortSignal.timeout(ANSWER_MS) }, (response) => {
    response.resume();
    resolve((response.statusCode ?? 500) < 500 ? 'answers' : 'wrong');
  });
  asked.once('error', (error) => resolve(toPathFault(error).reason));
  asked.end();
  return promise;
}
