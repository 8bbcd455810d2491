import { findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import { limitedMemory, type Memory, machineMemory } from '../memory-limit.ts';

const found = findingsOf('memory');

const MB = 1e6;
/** Shares and bytes below which there is little left, and next to nothing. The bytes are for a whole machine. */
const LOW = { share: 0.1, bytes: 300 * MB };
const EXHAUSTED = { share: 0.03, bytes: 100 * MB };

/** What the machine has left, and what is left of a container's own limit. */
export const memory: Check = {
  name: 'memory',
  deadlineMs: 5_000,
  async examine() {
    const [machine, limit] = await Promise.all([machineMemory(), limitedMemory()]);
    if (machine === null) return [found('not_known')];
    const findings = [];
    if (machine.available / machine.total < EXHAUSTED.share || machine.available < EXHAUSTED.bytes)
      findings.push(found('exhausted', shown(machine)));
    else if (machine.available / machine.total < LOW.share || machine.available < LOW.bytes)
      findings.push(found('low', shown(machine)));
    if (limit && limit.available / limit.total < EXHAUSTED.share)
      findings.push(found('limit_reached', shown(limit)));
    else if (limit && limit.available / limit.total < LOW.share)
      findings.push(found('limit_near', shown(limit)));
    return findings.length > 0 ? findings : [found('enough', shown(machine))];
  },
};

function shown({ available, total }: Memory) {
  return { available: { bytes: available }, total: { bytes: total } };
}
