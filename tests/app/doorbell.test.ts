import t from 'tap';
import { Doorbell } from '../../app/client/meeting/doorbell.ts';

const person = (id: string, waitedMs: number) => ({ id, name: id.toUpperCase(), waitedMs });

t.test('rings once for each who comes, and counts on from what the server said', async (t) => {
  let now = 1_000;
  const bell = new Doorbell(() => now);
  const rang: string[][] = [];
  bell.on('rang', (people) => rang.push(people.map(({ id }) => id)));
  bell.changed([person('a', 4_000)]);
  now += 10_000;
  bell.changed([person('a', 13_900), person('b', 0)]);
  t.same(rang, [['a'], ['b']]);
  t.equal(bell.waitedMs('a'), 14_000, 'by one clock, so that a late message does not set it back');
  now += 500;
  t.equal(bell.waitedMs('b'), 500);
  t.equal(bell.waitedMs('nobody'), 0);
  bell.changed([person('b', 600)]);
  bell.changed([]);
  t.same(rang.length, 2, 'nobody rings by going');
  bell.changed([person('a', 0)]);
  t.same(rang.at(-1), ['a'], 'who comes again rings again');
  t.equal(bell.waitedMs('a'), 0);
});
