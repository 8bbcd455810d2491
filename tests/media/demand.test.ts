import t from 'tap';
import { Demand } from '../../media/demand.ts';
import { until } from '../deadline.ts';

t.test('more is told at once, less once it stayed so', async (t) => {
  const told: (number | null)[] = [];
  const demand = new Demand((wantedLayer) => told.push(wantedLayer));
  t.teardown(() => demand.close());
  demand.set(2);
  t.same(told, [], 'whoever starts sends everything anyway');
  demand.set(0);
  demand.set(2);
  demand.set(0);
  t.same(told, [], 'who turns a page may come back');
  t.equal(demand.wantedLayer, 0);
  await until('less is told', () => told.length > 0);
  t.same(told, [0], 'the last state alone');
  demand.set(null);
  demand.set(1);
  t.same(told, [0, 1], 'more is told without waiting');
  demand.set(null);
  await until('that nobody looks is told', () => told.length > 2);
  demand.set(0);
  t.same(told, [0, 1, null, 0]);
});

t.test('nothing is told of what has ended', async (t) => {
  const told: (number | null)[] = [];
  const ended = new Demand((wantedLayer) => told.push(wantedLayer));
  const other = new Demand(() => told.push(7));
  t.teardown(() => other.close());
  ended.set(0);
  other.set(0);
  ended.close();
  await until('the other one told', () => told.includes(7));
  t.same(told, [7]);
});
