import ipaddr from 'ipaddr.js';
import { type Static, Type } from 'typebox';
import type { Conflict, Rule } from '../conflict.ts';
import { shown } from '../faults.ts';
import { refusedPorts } from '../refused-ports.ts';
import { port, section } from '../setting-kinds.ts';

export const HttpsSettings = section('The port that browsers open.', {
  port: port({ default: 8443, description: 'TCP port of the pages and of signalling.' }),
  address: Type.String({
    default: '::',
    format: 'ip',
    description: 'Address to listen on; :: is every address, IPv4 included.',
  }),
});
export type Https = Static<typeof HttpsSettings>;

interface Seen {
  readonly https: Https;
}

function* listenAddressOfOneMachine({ https }: Seen): Generator<Conflict> {
  const range = ipaddr.parse(https.address).range();
  if (range !== 'multicast' && range !== 'broadcast') return;
  const message = () => `must be an address of this machine, or :: for all, got ${shown(https.address)}`;
  yield { sides: [{ path: ['https', 'address'], message }] };
}

function* portForBrowsers({ https }: Seen): Generator<Conflict> {
  if (!refusedPorts.has(https.port)) return;
  const message = () => `must be a port that browsers open, got ${https.port}, which they refuse`;
  yield { sides: [{ path: ['https', 'port'], message }] };
}

export const httpsRules: readonly Rule<Seen>[] = [
  { name: 'pages are served at one machine', conflicts: listenAddressOfOneMachine },
  { name: 'browsers open the port of the pages', conflicts: portForBrowsers },
];
