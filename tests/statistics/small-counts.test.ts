import fc from 'fast-check';
import t from 'tap';
import { FEWEST, merged } from '../../app/statistics/small-counts.ts';

const itself = (people: number) => people;

t.test('neighbours are put together until nobody can be picked out', async (t) => {
  t.strictSame(merged([7, 5, 6], itself), [[7], [5], [6]]);
  t.strictSame(merged([2, 2, 9, 5], itself), [[2, 2, 9], [5]]);
  t.strictSame(merged([0, 0, 6, 0], itself), [[0], [0], [6], [0]], 'nobody at all is told as it is');
  t.strictSame(merged([6, 0, 2], itself), [[6, 0, 2]], 'what is left over goes to the group before');
  t.strictSame(merged([6, 0, 8, 0, 0, 1, 0], itself), [[6], [0], [8, 0, 0, 1, 0]]);
  t.strictSame(merged([0, 1, 0, 2], itself), [[0, 1, 0, 2]], 'too few altogether');
  t.strictSame(merged([], itself), []);
});

t.test('whatever the counts are, nobody is lost and no group is small', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 60 }), (counts) => {
      const groups = merged(counts, itself);
      if (JSON.stringify(groups.flat()) !== JSON.stringify(counts)) return false;
      const small = groups.filter((group) => {
        const people = group.reduce((sum, each) => sum + each, 0);
        return people > 0 && people < FEWEST;
      });
      return small.length === 0 || groups.filter((group) => group.some((each) => each > 0)).length === 1;
    }),
  );
  t.pass();
});
