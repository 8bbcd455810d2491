import t from 'tap';
import { floorLayout, MOST_TILES, type Place } from '../../app/client/meeting/floor-layout.ts';
import { FloorView, type TileKey } from '../../app/client/meeting/floor-view.ts';

/** Who stands where in a meeting's window, in CSS pixels. */

const desktop = { width: 1256, height: 690, gap: 8 };
const wall = { width: 3000, height: 1700, gap: 8 };
const phone = { width: 344, height: 490, gap: 8 };
const phoneOnItsSide = { width: 632, height: 290, gap: 8 };

const person = (name: string): TileKey => `person ${name}`;
const withPeople = (count: number) => {
  const view = new FloorView();
  for (let index = 1; index <= count; index += 1) view.add(person(`${index}`));
  return view;
};
const keysOf = (view: FloorView, space = desktop) => view.plan(space).tiles.map(({ key }) => key);
const stageOf = (view: FloorView, space = desktop) =>
  view.plan(space).tiles.find(({ isOnStage }) => isOnStage)?.key ?? null;

const isInside = ({ x, y, width, height }: Place, right: number, bottom: number) =>
  x >= -1 && y >= -1 && width > 0 && height > 0 && x + width <= right + 1 && y + height <= bottom + 1;

const overlap = (one: Place, other: Place) =>
  one.x + one.width > other.x + 1 &&
  other.x + other.width > one.x + 1 &&
  one.y + one.height > other.y + 1 &&
  other.y + other.height > one.y + 1;

t.test('in every window everything is in sight and nothing covers anything', async (t) => {
  const kinds = ['none', 'person', 'screen'] as const;
  for (const stage of kinds) {
    for (let count = stage === 'none' ? 1 : 0; count <= 60; count += 1) {
      for (let width = 300; width <= 3_000; width += 300) {
        for (let height = 240; height <= 1_800; height += 260) {
          const layout = floorLayout({ width, height, gap: 8 }, count, stage);
          const all = [layout.stage, layout.pager, ...layout.places].filter((place) => place !== null);
          const what = `${stage} and ${count} in ${width} × ${height}`;
          if (layout.places.length > MOST_TILES) return t.fail(`${what}: too many`);
          if (layout.pager === null && layout.places.length !== count)
            return t.fail(`${what}: some are missing`);
          if (layout.pager !== null && layout.places.length >= count)
            return t.fail(`${what}: no need for pages`);
          for (const [index, place] of all.entries()) {
            if (!isInside(place, width, height))
              return t.fail(`${what}: ${JSON.stringify(place)} is outside`);
            if (all.slice(index + 1).some((other) => overlap(place, other)))
              return t.fail(`${what}: ${JSON.stringify(place)} is covered`);
          }
        }
      }
    }
  }
  t.pass('up to 60 people in 70 windows, with and without a stage');
});

t.test('a grid: in the order of arrival, oneself last', async (t) => {
  const view = withPeople(3);
  t.same(keysOf(view), ['person 1', 'person 2', 'person 3', 'you']);
  t.equal(stageOf(view), null);
  view.hidesSelf = true;
  t.same(keysOf(view), ['person 1', 'person 2', 'person 3'], 'unless one does not want to see oneself');
  for (const name of ['1', '2', '3']) view.remove(person(name));
  t.same(keysOf(view), ['you'], 'alone one is never without anybody');
});

t.test('a shared screen is large, the last one first, until it ends', async (t) => {
  const view = withPeople(2);
  view.add('screen 1');
  t.equal(stageOf(view), 'screen 1');
  view.add('screen 2');
  t.equal(stageOf(view), 'screen 2');
  t.same(keysOf(view), ['screen 2', 'screen 1', 'person 1', 'person 2', 'you']);
  view.remove('screen 2');
  view.remove('screen 1');
  t.equal(stageOf(view), null);
  view.add('screen 1');
  view.layout = 'grid';
  t.equal(stageOf(view), null, 'in a grid it is one of all');
  t.equal(keysOf(view)[0], 'screen 1', 'and the first');
});

t.test('whoever is pinned is large whatever happens; the same press again ends it', async (t) => {
  const view = withPeople(3);
  view.togglePin(person('2'));
  t.equal(stageOf(view), person('2'));
  view.add('screen 1');
  view.speaks(person('3'));
  t.equal(stageOf(view), person('2'));
  view.togglePin(person('2'));
  t.equal(stageOf(view), 'screen 1');
  view.togglePin(person('3'));
  view.remove(person('3'));
  t.equal(stageOf(view), 'screen 1', 'who leaves is not pinned any more');
});

t.test('the stage follows who speaks, and stays with who spoke last', async (t) => {
  const view = withPeople(3);
  view.layout = 'stage';
  t.equal(stageOf(view), person('1'));
  view.speaks(person('3'));
  t.equal(stageOf(view), person('3'));
  t.equal(keysOf(view).filter((key) => key === person('3')).length, 1, 'once');
  view.remove(person('3'));
  t.equal(stageOf(view), person('1'));
});

t.test('more than fit are on pages, oneself on each of them', async (t) => {
  const view = withPeople(20);
  const first = view.plan(phone);
  t.equal(first.page, 1);
  t.ok(first.pages > 1);
  const seen = new Set<TileKey>();
  for (let page = 1; page <= first.pages; page += 1) {
    const plan = view.plan(phone);
    t.equal(plan.page, page);
    t.ok(plan.tiles.length <= first.tiles.length);
    t.equal(plan.tiles.at(-1)?.key, 'you');
    for (const { key } of plan.tiles) seen.add(key);
    view.turnPage(1);
  }
  t.equal(seen.size, 21, 'everybody is on one of them');
  t.equal(view.plan(phone).page, first.pages, 'the last page is the last');
  t.equal(view.plan(desktop).pages, 1, 'a larger window has them all');
  t.equal(view.plan(desktop).page, 1);
  view.turnPage(-1);
  t.equal(view.plan(phone).page, 1);
});

t.test('never more than 49 at once', async (t) => {
  const view = withPeople(60);
  t.equal(view.plan(wall).tiles.length, MOST_TILES);
  t.equal(view.plan(wall).pages, 2);
});

t.test('who speaks comes to the first page, in the place of the most silent one', async (t) => {
  const view = withPeople(20);
  const before = keysOf(view, phone);
  view.speaks(person('1'));
  t.same(keysOf(view, phone), before, 'who is there already stays where they are');
  view.speaks(person('20'));
  const after = keysOf(view, phone);
  t.equal(after[1], person('20'));
  t.same(after.toSpliced(1, 1), before.toSpliced(1, 1), 'nobody else moves');
});

t.test('beside a stage there are pages too', async (t) => {
  const view = withPeople(20);
  view.add('screen 1');
  for (const space of [desktop, phone, phoneOnItsSide]) {
    const plan = view.plan(space);
    t.ok(plan.pages > 1);
    t.equal(plan.tiles[0]?.key, 'screen 1');
    t.ok(plan.tiles.length >= 3);
    view.turnPage(1);
    t.equal(view.plan(space).tiles[0]?.key, 'screen 1', 'the stage is on every page');
    view.turnPage(-1);
  }
});

t.test('only choices are worth remembering', async (t) => {
  const view = withPeople(3);
  let chosen = 0;
  view.on('chosen', () => {
    chosen += 1;
  });
  view.togglePin(person('1'));
  view.turnPage(1);
  t.equal(chosen, 0);
  view.layout = 'stage';
  view.layout = 'stage';
  view.hidesSelf = true;
  t.equal(chosen, 2);
});
