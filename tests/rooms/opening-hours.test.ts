import fc from 'fast-check';
import { DateTime } from 'luxon';
import t from 'tap';
import { type OpeningHours, openingAt } from '../../app/rooms/opening-hours.ts';
import { hours } from './rooms-for-tests.ts';

const at = (iso: string) => Date.parse(iso);
const paris = 'Europe/Paris';
const office = hours(...Array<string>(5).fill('08:30-18:00'), null, null);

t.test('open, closed, and open again', async (t) => {
  const cases: [string, OpeningHours, string, boolean | string | null][] = [
    ['a Tuesday at noon', office, '2026-11-24T12:00:00+01:00', true],
    ['its first moment', office, '2026-11-24T08:30:00+01:00', true],
    ['just before', office, '2026-11-24T08:29:59.999+01:00', '2026-11-24T08:30:00+01:00'],
    ['its last moment', office, '2026-11-24T17:59:59.999+01:00', true],
    ['its end', office, '2026-11-24T18:00:00+01:00', '2026-11-25T08:30:00+01:00'],
    ['a Friday evening', office, '2026-11-27T20:00:00+01:00', '2026-11-30T08:30:00+01:00'],
    ['never', hours(null, null, null, null, null, null, null), '2026-11-24T12:00:00+01:00', null],
    // Hours that last until the next day.
    [
      'a night shift, before midnight',
      hours('20:00-06:00', null, null, null, null, null, null),
      '2026-11-23T23:00:00+01:00',
      true,
    ],
    [
      'a night shift, after midnight',
      hours('20:00-06:00', null, null, null, null, null, null),
      '2026-11-24T05:59:00+01:00',
      true,
    ],
    [
      'after a night shift',
      hours('20:00-06:00', null, null, null, null, null, null),
      '2026-11-24T06:00:00+01:00',
      '2026-11-30T20:00:00+01:00',
    ],
    [
      'a night shift of Sunday',
      hours(null, null, null, null, null, null, '20:00-06:00'),
      '2026-11-30T01:00:00+01:00',
      true,
    ],
    ['all day', hours('00:00-00:00', null, null, null, null, null, null), '2026-11-23T00:00:00+01:00', true],
    [
      'all day, its end',
      hours('00:00-00:00', null, null, null, null, null, null),
      '2026-11-24T00:00:00+01:00',
      '2026-11-30T00:00:00+01:00',
    ],
  ];
  for (const [name, week, now, expected] of cases) {
    const opening = openingAt(week, paris, at(now));
    if (expected === true) t.same(opening, { isOpen: true }, name);
    else t.same(opening, { isOpen: false, opensAt: expected === null ? null : at(String(expected)) }, name);
  }
});

t.test('hours follow the clock on the wall, through summer time and in any zone', async (t) => {
  const everyDay = (day: string) => hours(...Array<string>(7).fill(day));
  const opensAt = (week: OpeningHours, zone: string, now: string) => {
    const opening = openingAt(week, zone, at(now));
    return opening.isOpen ? 'open' : new Date(opening.opensAt ?? 0).toISOString();
  };
  // The clocks of Paris went forward on 28 March 2027 at 2, and will go back on 31 October at 3.
  t.equal(opensAt(everyDay('09:00-17:00'), paris, '2027-03-27T19:00:00Z'), '2027-03-28T07:00:00.000Z');
  t.equal(opensAt(everyDay('09:00-17:00'), paris, '2027-10-30T19:00:00Z'), '2027-10-31T08:00:00.000Z');
  // 02:30 is left out: it begins as the clocks show 03:30.
  t.equal(opensAt(everyDay('02:30-05:00'), paris, '2027-03-28T00:59:00Z'), '2027-03-28T01:30:00.000Z');
  // 02:30 comes twice: it begins with the first and ends with the second.
  t.equal(opensAt(everyDay('02:30-05:00'), paris, '2027-10-30T23:00:00Z'), '2027-10-31T00:30:00.000Z');
  t.equal(opensAt(everyDay('01:00-02:30'), paris, '2027-10-31T01:29:59Z'), 'open');
  t.not(opensAt(everyDay('01:00-02:30'), paris, '2027-10-31T01:30:00Z'), 'open');
  // New York's are others: 14 March.
  t.equal(
    opensAt(everyDay('09:00-17:00'), 'America/New_York', '2027-03-14T05:00:00Z'),
    '2027-03-14T13:00:00.000Z',
  );
  t.equal(
    opensAt(everyDay('09:00-17:00'), 'Asia/Kolkata', '2027-03-28T00:00:00Z'),
    '2027-03-28T03:30:00.000Z',
  );
  // In Lord Howe the clocks move by half an hour, and Apia left a whole Friday out in 2011.
  t.equal(
    opensAt(everyDay('09:00-17:00'), 'Australia/Lord_Howe', '2027-04-03T12:00:00Z'),
    '2027-04-03T22:30:00.000Z',
  );
  t.equal(
    opensAt(hours(null, null, null, null, '09:00-17:00', null, null), 'Pacific/Apia', '2011-12-30T11:00:00Z'),
    '2012-01-05T19:00:00.000Z',
  );
});

t.test('whatever the hours: it is open at the instant that it names, and closed before', async () => {
  const time = fc.integer({ min: 0, max: 1439 });
  const period = fc.option(fc.record({ from: time, to: time }));
  const week = fc.tuple(period, period, period, period, period, period, period);
  const zone = fc.constantFrom('Europe/Paris', 'America/Sao_Paulo', 'Asia/Kolkata', 'Pacific/Chatham', 'UTC');
  const instant = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
  fc.assert(
    fc.property(week, zone, instant, (hours, timeZone, now) => {
      const opening = openingAt(hours, timeZone, now);
      if (opening.isOpen) return hours.some((day) => day !== null);
      if (opening.opensAt === null) return hours.every((day) => day === null);
      const { opensAt } = opening;
      const [before, then] = [openingAt(hours, timeZone, opensAt - 1), openingAt(hours, timeZone, opensAt)];
      const isSoon = opensAt > now && opensAt - now <= 8.1 * 24 * 3_600_000;
      const isOnTheHour = DateTime.fromMillis(opensAt, { zone: timeZone }).second === 0;
      return isSoon && isOnTheHour && then.isOpen && !before.isOpen;
    }),
    { numRuns: 400 },
  );
});
