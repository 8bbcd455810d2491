import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';

const found = findingsOf('mail');

/** Whether the site's mail relay takes letters. None can be set so far, so there is none to shake hands with. */
export const mail: Check = {
  name: 'mail',
  deadlineMs: 10_000,
  examine: async () => [found('no_relay')],
};
