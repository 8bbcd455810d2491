import t from 'tap';
import { CallStatistics } from '../../app/statistics/call-statistics.ts';
import { periodOf, stepsOf } from '../../app/statistics/period.ts';
import { readReport, readShares } from '../../app/statistics/report.ts';
import { EVERYBODY } from '../../app/statistics/store.ts';
import { peopleBehind } from '../../app/statistics/sums.ts';
import { Archive } from '../privacy/archive.ts';
import { endedMeeting } from './meetings-for-tests.ts';

const at = (year: number, month: number, day: number, hour = 10) =>
  new Date(year, month - 1, day, hour).getTime();

t.test('a period that is not over is compared with as many days before it', async (t) => {
  const running = periodOf('day', '2026-03', '2026-03-10');
  t.match(running, {
    from: '2026-03-01',
    to: '2026-03-31',
    soFar: '2026-03-10',
    before: { from: '2026-02-01', to: '2026-02-10' },
  });
  t.match(periodOf('day', '2026-03', '2026-04-02').before, { from: '2026-02-01', to: '2026-02-28' });
  t.match(periodOf('day', '2026-03', '2026-03-30').before, { to: '2026-02-28' }, 'February has no 30th');
  t.match(periodOf('month', '2026-03', '2026-03-10'), {
    from: '2025-04-01',
    before: { from: '2024-04-01', to: '2025-03-10' },
  });
  t.equal(stepsOf(running).length, 10);
  t.same(stepsOf(periodOf('week', '2026-03', '2026-03-10')).slice(0, 2), [
    { from: '2026-01-01', to: '2026-01-04' },
    { from: '2026-01-05', to: '2026-01-11' },
  ]);
});

t.test('what a page shows is whole, and no bar of it is about a few', async (t) => {
  const archive = await Archive.make(t);
  archive.now = at(2026, 2, 20);
  const statistics = new CallStatistics({ database: archive.database, clock: () => archive.now });
  const [north, south, west] = await Promise.all(
    ['North', 'South', 'West'].map((name) => archive.organisation(name)),
  );
  const put = (month: number, day: number, people: number, organisationId: string | null | undefined) =>
    statistics.record([
      endedMeeting(at(2026, month, day), { people, organisationId: organisationId ?? null }),
    ]);
  for (const [day, people] of [
    [2, 3],
    [3, 1],
    [4, 8],
    [12, 2],
  ] as const)
    await put(2, day, people, north);
  await put(2, 9, 2, south);
  archive.now = at(2026, 3, 20);
  for (const [day, people] of [
    [2, 2],
    [3, 2],
    [4, 9],
    [18, 1],
  ] as const)
    await put(3, day, people, north);
  await put(3, 5, 3, south);
  await put(3, 5, 6, null);
  await put(3, 6, 1, west);

  const read = (organisationId: string, unit: 'day' | 'week' | 'month' = 'day') =>
    readReport(archive.database, {
      organisationId,
      period: periodOf(unit, '2026-03', '2026-03-20'),
      now: archive.now,
    });
  const own = await read(north ?? '');
  t.equal(own.total.people, 14);
  t.equal(own.before?.people, 14, 'up to the 20th of February');
  t.same(
    own.buckets.map(({ from, to, sums }) => [from, to, sums.people]),
    [
      ['2026-03-01', '2026-03-01', 0],
      ['2026-03-02', '2026-03-20', 14],
    ],
    'a lone participant goes to the group before',
  );
  for (const report of [
    own,
    await read(EVERYBODY),
    await read(north ?? '', 'week'),
    await read(EVERYBODY, 'month'),
  ]) {
    const behind = report.buckets.map(({ sums }) => peopleBehind(sums));
    t.ok(
      behind.every((people) => people === 0 || people >= 5),
      `${behind}`,
    );
    t.equal(
      behind.reduce((sum, people) => sum + people, 0),
      report.total.people,
    );
    const hours = report.spreads.hour.map(({ people }) => people);
    t.ok(hours.every((people) => people === 0 || people >= 5));
  }
  const quarter = await read(north ?? '', 'week');
  t.equal(quarter.total.people, 28, 'days that were put together when February was over count once');
  t.equal(quarter.before, null, 'nothing is compared with nobody');

  const few = await read(south ?? '');
  t.match(few, { isTooSmall: true, total: { people: 0, meetings: 0 }, buckets: [] });

  const shares = await readShares(archive.database, periodOf('day', '2026-03', '2026-03-20'));
  t.match(
    shares.organisations,
    [{ name: 'North', people: 14 }],
    'and not the open rooms: the others are too few',
  );
  t.match(shares.others, { count: 3, people: 10 });
});
