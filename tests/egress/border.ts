import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Zone, zones } from './addresses.ts';
import { output, within } from './network.ts';
import { groups } from './process-groups.ts';

/**
 * What a packet is to the conversation that it belongs to. `late` belongs to none that is still known, such as the last
 * packets of one that was broken off. `void` claims to come from the loopback address, as Chromium tries to: every machine
 * discards such a packet before it looks any further (RFC 4291, 2.5.3).
 */
export type Part = 'asks' | 'answers' | 'late' | 'void';

export interface Count {
  readonly packets: number;
  /** Of the packets with the headers of IP and without those of Ethernet. */
  readonly bytes: number;
}

/** All packets of one kind from one zone to one address. */
export interface Flow extends Count {
  readonly from: Zone['name'];
  /** An IP address. */
  readonly to: string;
  /** As in /etc/protocols; `icmpv6 TYPE` for ICMPv6. */
  readonly protocol: string;
  /** The port that is asked, or that answers, or of the destination for what is late; null where there are none. */
  readonly port: number | null;
  readonly part: Part;
  /** Groups of the processes that sent it; none where the kernel did so by itself. */
  readonly groups: readonly number[];
}

export interface Reading {
  readonly flows: readonly Flow[];
  /** Everything that came in on the cables, by zone and type of frame (`ip`, `ip6`, `arp`): counted on its own. */
  readonly frames: readonly (Count & { readonly from: Zone['name']; readonly type: string })[];
  /** What went out into the world. */
  readonly left: Count;
}

const PARTS = ['asks', 'answers', 'late'] as const;
const PORTS = 'meta l4proto { tcp, udp, udplite, sctp, dccp }';
const SET = 'flags dynamic; counter; size 65535;';
const versions = [
  { version: 4, type: 'ipv4_addr', address: 'ip daddr' },
  { version: 6, type: 'ipv6_addr', address: 'ip6 daddr' },
] as const;

/** Sets that count by destination, and the rules that put every packet into exactly one of them. */
function counting(name: string, more: { readonly type: string; readonly value: string }): [string, string] {
  const sets: string[] = [];
  const rules: string[] = [];
  for (const { version, type, address } of versions) {
    for (const part of PARTS) {
      const set = `${name}_${part}_${version}`;
      sets.push(`set ${set} { type ${type} . inet_proto . inet_service${more.type}; ${SET} }`);
      const which = { asks: 'ct direction original', answers: 'ct direction reply', late: '' }[part];
      const port = part === 'answers' ? 'th sport' : 'th dport';
      rules.push(
        `${PORTS} ${which} update @${set} { ${address} . meta l4proto . ${port}${more.value} } return`,
      );
    }
  }
  return [sets.join('\n'), rules.join('\n')];
}

function bordersRules(): string {
  const parts = zones.map(({ name }) => {
    const [sets, rules] = counting(name, { type: '', value: '' });
    return `
      ${sets}
      set ${name}_icmp_6 { type ipv6_addr . icmpv6_type; ${SET} }
      set ${name}_other_4 { type ipv4_addr . inet_proto; ${SET} }
      set ${name}_other_6 { type ipv6_addr . inet_proto; ${SET} }
      chain from_${name} {
        ${rules}
        update @${name}_icmp_6 { ip6 daddr . icmpv6 type } return
        update @${name}_other_4 { ip daddr . meta l4proto } return
        update @${name}_other_6 { ip6 daddr . meta l4proto } return
      }`;
  });
  const links = zones.map(({ name }) => `iifname "${name}" goto from_${name}`);
  const cables = zones.map(
    ({ name }) => `
      set ${name} { type ether_type; ${SET} }
      set ${name}_void_6 { type ipv6_addr . inet_proto . inet_service; ${SET} }
      chain on_${name} {
        type filter hook ingress device "${name}" priority -500;
        update @${name} { ether type }
        ip6 saddr ::1 update @${name}_void_6 { ip6 daddr . meta l4proto . th dport }
      }`,
  );
  // Conversations are known from priority -200 on.
  return `
    table inet border {
      ${parts.join('\n')}
      chain arrives { type filter hook prerouting priority -150; ${links.join('\n')}
      }
      counter left { }
      chain leaves { type filter hook forward priority 0; oifname "world" counter name left
      }
    }
    table netdev cables { ${cables.join('\n')}
    }`;
}

function zoneRules(): string {
  const [sets, rules] = counting('own', { type: ' . gid', value: ' . meta skgid' });
  return `
    table inet owners {
      ${sets}
      chain sends {
        type filter hook output priority 0;
        oifname "lo" return
        ${rules}
      }
    }`;
}

/** Counts every packet that leaves a zone: at the border by where it goes, inside of the zone by whose it is. */
export const border = {
  /** Begins to count, from nothing. */
  async watch(): Promise<void> {
    const anew = (family: string, table: string) =>
      `table ${family} ${table} { }\ndelete table ${family} ${table}\n`;
    await nft([], `${anew('inet', 'border')}${anew('netdev', 'cables')}${bordersRules()}`);
    for (const zone of zones) await nft(within(zone), `${anew('inet', 'owners')}${zoneRules()}`);
  },

  /** Reads what was counted. Where packets come in meanwhile, which the kernel's own may, it is read once more. */
  async read(): Promise<Reading> {
    let reading = await readOnce();
    for (let times = 1; times < 5 && !isStill(reading); times += 1) reading = await readOnce();
    return reading;
  },
};

function isStill({ flows, frames }: Reading): boolean {
  const packets = (counts: readonly Count[]) => counts.reduce((sum, each) => sum + each.packets, 0);
  return packets(flows) === packets(frames.filter(({ type }) => type === 'ip' || type === 'ip6'));
}

async function readOnce(): Promise<Reading> {
  const [here, cables, ...owners] = await Promise.all([
    list([], 'inet', 'border'),
    list([], 'netdev', 'cables'),
    ...zones.map((zone) => list(within(zone), 'inet', 'owners')),
  ]);
  const flows = zones.flatMap(({ name }, index) => flowsOf(name, here, cables, owners[index]));
  const frames = zones.flatMap(({ name: from }) =>
    (cables?.sets.get(from) ?? []).map(({ key: [type = ''], ...count }) => ({
      from,
      type: String(type),
      ...count,
    })),
  );
  return { flows, frames, left: here?.left ?? { packets: 0, bytes: 0 } };
}

type Key = readonly (string | number)[];

interface Listing {
  readonly sets: ReadonlyMap<string, readonly (Count & { readonly key: Key })[]>;
  readonly left: Count | undefined;
}

function flowsOf(
  from: Zone['name'],
  here: Listing | undefined,
  cables: Listing | undefined,
  owners: Listing | undefined,
): Flow[] {
  const all: Flow[] = [];
  for (const { version } of versions) {
    for (const part of [...PARTS, 'void'] as const) {
      const senders = owners?.sets.get(`own_${part === 'void' ? 'asks' : part}_${version}`) ?? [];
      const counts = (part === 'void' ? cables : here)?.sets.get(`${from}_${part}_${version}`) ?? [];
      for (const { key, ...count } of counts) {
        const [to = '', protocol = '', port = 0] = key;
        const own = senders.filter(({ key: other }) => key.every((each, index) => other[index] === each));
        all.push({
          from,
          to: String(to),
          protocol: String(protocol),
          port: Number(port),
          part,
          groups: own.map(({ key }) => Number(key[3])),
          ...count,
        });
      }
    }
    for (const kind of ['icmp', 'other'] as const) {
      for (const { key, ...count } of here?.sets.get(`${from}_${kind}_${version}`) ?? []) {
        const [to = '', what = ''] = key;
        const protocol = kind === 'icmp' ? `icmpv6 ${what}` : String(what);
        all.push({ from, to: String(to), protocol, port: null, part: 'asks', groups: [], ...count });
      }
    }
  }
  return all;
}

async function nft(where: readonly string[], rules: string): Promise<void> {
  const [file = '', ...args] = [...where, 'nft', '-f', '-'];
  const child = spawn(file, args, { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(rules);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error('nft did not take the rules that count.');
}

interface Listed {
  readonly counter?: Count & { readonly name: string };
  readonly set?: {
    readonly name: string;
    readonly elem?: readonly {
      readonly elem: { readonly val: string | { readonly concat: Key }; readonly counter: Count };
    }[];
  };
}

async function list(where: readonly string[], family: string, table: string): Promise<Listing> {
  const [file = '', ...args] = [...where, 'nft', '-j', 'list', 'table', family, table];
  const { nftables } = JSON.parse(await output(file, ...args)) as { readonly nftables: readonly Listed[] };
  const sets = nftables.flatMap(({ set }) => {
    if (set === undefined) return [];
    const counts = (set.elem ?? []).map(({ elem: { val, counter } }) => ({
      key: typeof val === 'string' ? [val] : val.concat,
      packets: counter.packets,
      bytes: counter.bytes,
    }));
    return [[set.name, counts] as const];
  });
  const left = nftables.find(({ counter }) => counter?.name === 'left')?.counter;
  return { sets: new Map(sets), left: left && { packets: left.packets, bytes: left.bytes } };
}

/** Where a datagram is sent on purpose, to see that it is counted: see {@link tryOut}. */
export interface Probe {
  readonly from: Zone['name'];
  readonly to: string;
  readonly port: number;
}

/**
 * Sends one datagram from every zone to every address, as a process of theirs would, and answers which were counted as
 * what they were. Leaves the counters as they are.
 */
export async function tryOut(
  addresses: readonly string[],
  port: number,
): Promise<{ readonly sent: readonly Probe[]; readonly counted: readonly Probe[] }> {
  const sent: Probe[] = [];
  for (const zone of zones) {
    for (const to of addresses) {
      const [file = '', ...args] = [...within(zone), 'setpriv', `--regid=${groups.probe}`, '--clear-groups'];
      await output(file, ...args, 'bash', '-c', 'echo probe >"/dev/udp/$1/$2"', 'probe', to, String(port));
      sent.push({ from: zone.name, to, port });
    }
  }
  const { flows } = await border.read();
  const isCounted = (probe: Probe) =>
    flows.some(
      (flow) =>
        flow.from === probe.from &&
        flow.to === probe.to &&
        flow.port === probe.port &&
        flow.protocol === 'udp' &&
        flow.packets === 1 &&
        flow.groups.includes(groups.probe),
    );
  return { sent, counted: sent.filter(isCounted) };
}
