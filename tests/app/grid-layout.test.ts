import t from 'tap';
import { gridCapacity, gridLayout } from '../../app/client/meeting/grid-layout.ts';

/** The floor of a meeting: what is left of a window beside the controls, in CSS pixels. */
const desktop = { width: 1256, height: 690 };
const laptop = { width: 1000, height: 600 };
const phone = { width: 344, height: 490 };
const phoneOnItsSide = { width: 632, height: 290 };
const strip = { width: 217, height: 690 };
const gap = 8;

/** People, space, columns × rows. */
const cases = [
  [1, desktop, '1 × 1'],
  [2, desktop, '2 × 1'],
  [3, desktop, '2 × 2'],
  [4, desktop, '2 × 2'],
  [5, desktop, '3 × 2'],
  [6, desktop, '3 × 2'],
  [7, desktop, '3 × 3'],
  [9, desktop, '3 × 3'],
  [12, desktop, '4 × 3'],
  [16, desktop, '4 × 4'],
  [25, desktop, '5 × 5'],
  [16, laptop, '4 × 4'],
  [1, phone, '1 × 1'],
  [2, phone, '1 × 2'],
  [3, phone, '1 × 3'],
  [4, phone, '2 × 2'],
  [6, phone, '2 × 3'],
  [8, phone, '2 × 4'],
  [2, phoneOnItsSide, '2 × 1'],
  [4, phoneOnItsSide, '2 × 2'],
  [3, strip, '1 × 3'],
  [5, strip, '1 × 5'],
] as const;

for (const [count, space, expected] of cases) {
  t.test(`${count} in ${space.width} × ${space.height}: ${expected}`, async (t) => {
    const { columns, rows } = gridLayout({ count, ...space, gap });
    t.equal(`${columns} × ${rows}`, expected);
  });
}

t.test('whatever the window, tiles fit into it and keep the shape of a picture', async (t) => {
  for (let count = 1; count <= 49; count += 1) {
    for (let width = 200; width <= 2_600; width += 150) {
      for (let height = 150; height <= 1_500; height += 150) {
        const layout = gridLayout({ count, width, height, gap });
        const what = `${count} in ${width} × ${height}: ${JSON.stringify(layout)}`;
        const { columns, rows, tileWidth, tileHeight } = layout;
        const shape = tileWidth / tileHeight;
        const isRight =
          columns * rows >= count &&
          columns * (rows - 1) < count &&
          columns * (tileWidth + gap) - gap <= width &&
          rows * (tileHeight + gap) - gap <= height &&
          // Whole pixels: a little to either side.
          (tileHeight < 40 || (shape > 0.7 && shape < 1.85));
        if (!isRight) return t.fail(what);
      }
    }
  }
  t.pass('49 people in 170 windows');
});

t.test('as many as are said to fit do so, and none is too small', async (t) => {
  const smallest = { width: 150, height: 96 };
  t.equal(gridCapacity({ ...phone, gap }, smallest), 8, 'a phone');
  t.equal(gridCapacity({ width: 90, height: 50, gap }, smallest), 1, 'a window for no one');
  for (let width = 150; width <= 2_600; width += 70) {
    for (let height = 96; height <= 1_500; height += 70) {
      const capacity = gridCapacity({ width, height, gap }, smallest);
      for (let count = 1; count <= capacity; count += 1) {
        const { tileWidth, tileHeight } = gridLayout({ count, width, height, gap });
        if (tileWidth * tileHeight < smallest.width * smallest.height)
          return t.fail(`${count} of ${capacity} in ${width} × ${height}: ${tileWidth} × ${tileHeight}`);
      }
    }
  }
});
