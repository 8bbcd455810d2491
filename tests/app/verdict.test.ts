import t from 'tap';
import { verdictOf, wayTaken } from '../../app/client/meeting/connection/verdict.ts';
import { type Outcome, type Outcomes, type Way, ways } from '../../app/client/meeting/connection/ways.ts';

/** What the outcomes of a connection test mean. */

const all = (outcome: Outcome, others: Partial<Record<Way, Outcome>> = {}): Outcomes => ({
  ...(Object.fromEntries(ways.map((way) => [way, outcome])) as Outcomes),
  ...others,
});

const cases: readonly (readonly [string, Outcomes, ReturnType<typeof verdictOf>, Way | null])[] = [
  ['nothing was tried', all('waiting'), null, null],
  ['everything works', all('works'), 'good', 'udp'],
  [
    'UDP works while slower ways are tried',
    all('trying', { signalling: 'works', udp: 'works' }),
    'good',
    'udp',
  ],
  ['TCP works while UDP is still tried', all('trying', { signalling: 'works', tcp: 'works' }), null, 'tcp'],
  ['UDP through the relay only', all('works', { udp: 'fails' }), 'detour', 'relayUdp'],
  ['no UDP at all', all('works', { udp: 'fails', relayUdp: 'fails' }), 'slow', 'tcp'],
  ['TLS only', all('fails', { signalling: 'works', relayTls: 'works' }), 'slow', 'relayTls'],
  ['no way', all('fails', { signalling: 'works' }), 'none', null],
  [
    'no way, and no relay on this server',
    all('absent', { signalling: 'works', udp: 'fails', tcp: 'fails' }),
    'none',
    null,
  ],
  ['no socket, whatever else', all('works', { signalling: 'fails' }), 'blocked', 'udp'],
];

for (const [what, outcomes, verdict, way] of cases) {
  t.test(what, async (t) => {
    t.equal(verdictOf(outcomes), verdict);
    t.equal(wayTaken(outcomes), way);
  });
}
