import { readFileSync } from 'node:fs';
import { appliance, mailRelay, nameServers, type Zone, zones } from './addresses.ts';
import type { Count, Flow, Reading } from './border.ts';
import type { LookUp } from './looked-up.ts';
import { type Program, programOf } from './process-groups.ts';

/** Who is at an address. */
export type Party = Zone['name'] | 'mail relay' | 'elsewhere';

/** What keeps packets on the cable that they were sent on, by what they are for. */
export type OnLink = 'neighbours' | 'routers' | 'groups' | 'mdns' | 'other';

export interface JudgedFlow extends Omit<Flow, 'groups'> {
  readonly party: Party;
  /** Programs by name, groups of the system by theirs; none for what the kernel sent by itself. */
  readonly processes: readonly string[];
  /** Names that were asked for, where it is a name server that is asked. */
  readonly names: readonly string[];
}

export interface Judgement {
  /** Between the appliance, its clients and the relay. */
  readonly own: readonly JudgedFlow[];
  /** To an address that is none of these. */
  readonly foreign: readonly JudgedFlow[];
  /** What never passes a router. */
  readonly onLink: readonly (Flow & { readonly kind: OnLink })[];
  readonly arp: Count;
  /** Sums of what was counted by destination, and of what came over the cables. */
  readonly counted: Count;
  readonly seen: Count;
  /** Types of frames that are neither IP nor ARP. */
  readonly strange: readonly string[];
  /** Whether every packet that was seen was also counted. */
  readonly isComplete: boolean;
}

/** Sorts what was counted by whether it may be. */
export function judge({ flows, frames }: Reading, lookedUp: readonly LookUp[]): Judgement {
  const onLink = flows.flatMap((flow) => {
    const kind = linkKind(flow);
    return kind === null ? [] : [{ ...flow, kind }];
  });
  const others = flows.filter((flow) => linkKind(flow) === null).map((flow) => judged(flow, lookedUp));
  const known = new Set(['ip', 'ip6', 'arp']);
  const seen = sum(frames.filter(({ type }) => type === 'ip' || type === 'ip6'));
  const counted = sum(flows);
  const strange = [...new Set(frames.map(({ type }) => type))].filter((type) => !known.has(type));
  return {
    own: others.filter(isOwn),
    foreign: others.filter((flow) => !isOwn(flow)),
    onLink,
    arp: sum(frames.filter(({ type }) => type === 'arp')),
    counted,
    seen,
    strange,
    isComplete: seen.packets === counted.packets && seen.bytes === counted.bytes && strange.length === 0,
  };
}

export function sum(counts: readonly Count[]): Count {
  return {
    packets: counts.reduce((all, { packets }) => all + packets, 0),
    bytes: counts.reduce((all, { bytes }) => all + bytes, 0),
  };
}

function judged({ groups, ...flow }: Flow, lookedUp: readonly LookUp[]): JudgedFlow {
  const isNameServer = nameServers.some((each) => each === flow.to);
  const addresses = zones.find(({ name }) => name === flow.from)?.addresses ?? [];
  const names = isNameServer
    ? lookedUp.filter(({ from }) => addresses.some((each) => each === from)).map(({ name }) => name)
    : [];
  return {
    ...flow,
    party: partyAt(flow.to),
    processes: [...new Set(groups.map(processOf))].sort(),
    names: [...new Set(names)].sort(),
  };
}

function partyAt(address: string): Party {
  if (address === mailRelay.address) return 'mail relay';
  return zones.find(({ addresses }) => addresses.some((each) => each === address))?.name ?? 'elsewhere';
}

function isOwn({ from, party, protocol, port }: JudgedFlow): boolean {
  if (party === 'elsewhere') return false;
  if (party !== 'mail relay') return true;
  // The relay is the appliance's, and no more of it than its one port.
  return from === appliance.name && (protocol === 'icmp' || (protocol === 'tcp' && port === mailRelay.port));
}

/** What a packet is for that never leaves the cable it is sent on (RFC 4291, 2.4; RFC 5771, 4); null if it may. */
function linkKind({ from, to, protocol, port }: Flow): OnLink | null {
  const gateways: readonly string[] = zones.find(({ name }) => name === from)?.gateways ?? [];
  const isDiscovery = /^icmpv6 nd-/.test(protocol);
  const isOfLink = /^(fe[89ab].:|ff[01]2:|224\.0\.0\.|255\.255\.255\.255$)/i.test(to);
  if (!isOfLink && !(isDiscovery && gateways.includes(to))) return null;
  if (/^icmpv6 nd-router/.test(protocol)) return 'routers';
  if (isDiscovery) return 'neighbours';
  if (protocol === 'igmp' || /^icmpv6 mld/.test(protocol)) return 'groups';
  return protocol === 'udp' && port === 5353 ? 'mdns' : 'other';
}

/** Programs that go on as a user of their own take that user's group. */
const ofUser: Readonly<Record<string, Program>> = { turnserver: 'turn' };

function processOf(group: number): string {
  const program = programOf(group);
  if (program !== null) return program;
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((each) => each.split(':')[2] === String(group));
  const name = line?.split(':')[0] ?? `group ${group}`;
  return ofUser[name] ?? name;
}
