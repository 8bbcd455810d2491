import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isLoopback } from '../../../config/machine.ts';
import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import type { Patient } from '../patient.ts';

const found = findingsOf('names');

/** How long a name server may take, in milliseconds. */
const ANSWER_MS = 2_000;

/** Whether the names and addresses that people type lead to this machine. */
export const names: Check = {
  name: 'names',
  deadlineMs: 8_000,
  async examine(patient) {
    const outcomes = await Promise.all(
      patient.config.sites.map(async ({ host }) => ({ host, ...(await follow(host, patient)) })),
    );
    const hosts = (outcome: Outcome) =>
      outcomes.filter((each) => each.outcome === outcome).map(({ host }) => host);
    const together = (
      ['known_here_only', 'not_known', 'own_not_known', 'not_answered', 'other_address'] as const
    ).flatMap((code) => (hosts(code).length > 0 ? [found(code, { hosts: hosts(code) })] : []));
    const astray = outcomes.flatMap(({ host, outcome, addresses }): Finding[] =>
      outcome === 'lead_elsewhere' || outcome === 'lead_elsewhere_too'
        ? [found(outcome, { host, addresses })]
        : [],
    );
    const wrong = [...astray, ...together];
    return wrong.length > 0 ? wrong : [found('lead_here', { hosts: hosts('lead_here') })];
  },
};

type Outcome =
  | 'lead_here'
  | 'known_here_only'
  | 'not_known'
  | 'own_not_known'
  | 'not_answered'
  | 'other_address'
  | 'lead_elsewhere'
  | 'lead_elsewhere_too';

interface Followed {
  readonly outcome: Outcome;
  /** Those that are not ours. */
  readonly addresses: readonly string[];
}

async function follow(host: string, patient: Patient): Promise<Followed> {
  const announced = patient.config.network.announced_addresses;
  const isOurs = (address: string) => patient.has(address) || announced.includes(address);
  if (isIP(host) !== 0) return { outcome: isOurs(host) ? 'lead_here' : 'other_address', addresses: [] };

  let addresses: readonly string[];
  try {
    addresses = await patient.addressesOf(host);
  } catch (error) {
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ENOTFOUND';
    // While no site is set, the machine's name stands in, which nobody has promised to anybody.
    const isStandIn = !patient.loaded.changed.includes('sites');
    const unknown = isStandIn ? 'own_not_known' : 'not_known';
    return { outcome: isUnknown ? unknown : 'not_answered', addresses: [] };
  }
  const isLocal = /(^|\.)localhost$/.test(host);
  if (addresses.every(isLoopback) && !isLocal) {
    // Debian writes a machine's own name into its /etc/hosts: what others are told is another question.
    addresses = await askNameServers(host);
    if (addresses.length === 0) return { outcome: 'known_here_only', addresses };
  }
  const foreign = addresses.filter((address) => !isOurs(address));
  if (foreign.length === 0) return { outcome: 'lead_here', addresses: [] };
  const outcome = foreign.length === addresses.length ? 'lead_elsewhere' : 'lead_elsewhere_too';
  return { outcome, addresses: foreign };
}

/** What the name servers say, without this machine's own table; nothing if they say nothing. */
async function askNameServers(host: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: ANSWER_MS, tries: 1 });
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return answers
    .flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    .map((address) => ipaddr.process(address).toString());
}
