import { isIPv6 } from 'node:net';
import type { Endpoint } from './stun.ts';

/** `192.0.2.1:443`, `[2001:db8::1]:443`. */
export function shownEndpoint({ address, port }: Endpoint): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** The same for several, with ports that follow each other as a range: `192.0.2.1:44300-44303`. */
export function shownEndpoints(endpoints: readonly Endpoint[]): string[] {
  const byAddress = Map.groupBy(endpoints, ({ address }) => address);
  return [...byAddress].flatMap(([address, each]) => {
    const ports = [...new Set(each.map(({ port }) => port))].sort((a, b) => a - b);
    const runs: [first: number, last: number][] = [];
    for (const port of ports) {
      const run = runs.at(-1);
      if (run?.[1] === port - 1) run[1] = port;
      else runs.push([port, port]);
    }
    return runs.map(([first, last]) => {
      const shown = shownEndpoint({ address, port: first });
      return first === last ? shown : `${shown}-${last}`;
    });
  });
}
