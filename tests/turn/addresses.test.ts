import fc from 'fast-check';
import t from 'tap';
import { listenInfos } from '../../media/addresses.ts';
import { turnAddresses } from '../../turn/addresses.ts';

t.test('the relay is where the SFU is', (t) => {
  const address = fc.constantFrom(
    ...['192.0.2.10', '192.0.2.11', '198.51.100.7', '198.51.100.8', '10.0.0.5', '127.0.0.1'],
    ...['2001:db8::10', '2001:db8::11', '2001:db8:1::7', 'fd00::5', '::1'],
  );
  const interfaces = fc.record({
    lo: fc.constant([
      { address: '127.0.0.1', internal: true },
      { address: '::1', internal: true },
    ]),
    eth0: fc.uniqueArray(
      address.map((each) => ({ address: each, internal: false })),
      { selector: (each) => each.address },
    ),
    docker0: fc.constant([{ address: '172.17.0.1', internal: false }]),
  });
  let compared = 0;
  fc.assert(
    fc.property(fc.uniqueArray(address, { minLength: 1, maxLength: 5 }), interfaces, (announced, found) => {
      let listeners: ReturnType<typeof listenInfos>;
      try {
        listeners = listenInfos(announced, 44300, found);
      } catch {
        // There is no SFU then, so there is nothing to relay to.
        return;
      }
      compared += 1;
      const { own, peers } = turnAddresses(announced, found);
      const listened = new Set(listeners.map(({ ip }) => ip));
      const candidates = new Set([
        ...listened,
        ...listeners.flatMap(({ announcedAddress }) => announcedAddress ?? []),
      ]);
      if (!sameSet(own, listened)) throw new Error(`listens on ${own}, the SFU on ${[...listened]}`);
      if (!sameSet(peers, candidates)) throw new Error(`allows ${peers}, the SFU is at ${[...candidates]}`);
    }),
    { numRuns: 2000 },
  );
  t.ok(compared > 500, `${compared} configurations compared`);
  t.end();
});

function sameSet(one: Iterable<string>, other: Iterable<string>): boolean {
  return [...new Set(one)].sort().join() === [...new Set(other)].sort().join();
}
