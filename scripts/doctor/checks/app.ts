import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import { askHttps, members } from '../wire/http-answer.ts';
import { PathFault } from '../wire/path-fault.ts';

const found = findingsOf('app');

/** Whether the app answers at its own door, and whether it has what it needs to hold a call. */
export const app: Check = {
  name: 'app',
  deadlineMs: 6_000,
  async examine(patient) {
    const { port } = patient.config.https;
    const question = { address: patient.doorstep, host: patient.doorstep, port, path: '/health/ready' };
    try {
      const { body } = await askHttps(question, AbortSignal.timeout(5_000));
      const { status, missing } = members(body);
      if (status === 'ready') return [found('ready', { port })];
      if (status !== 'not ready' || !Array.isArray(missing)) return [found('other_program', { port })];
      return [found('not_ready', { missing: missing.map(String) })];
    } catch (error) {
      if (!(error instanceof PathFault)) throw error;
      return [found('no_answer', { port, reason: error.reason })];
    }
  },
};
