import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { openDatabase } from '../../app/database/open.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import type { EndedMeeting } from '../../app/meetings/tally.ts';
import { CallStatistics } from '../../app/statistics/call-statistics.ts';
import { stripCopy } from '../../app/statistics/copies.ts';
import { pseudonym } from '../../app/statistics/pseudonym.ts';
import { type DayRow, EVERYBODY, type FactRow } from '../../app/statistics/store.ts';
import { type Sums, sumsOf } from '../../app/statistics/sums.ts';
import { Archive } from '../privacy/archive.ts';
import { endedMeeting } from './meetings-for-tests.ts';

const at = (year: number, month: number, day: number, hour = 10) =>
  new Date(year, month - 1, day, hour).getTime();

async function counting(t: Test, now = at(2026, 3, 20)) {
  const archive = await Archive.make(t);
  archive.now = now;
  const statistics = new CallStatistics({ database: archive.database, clock: () => archive.now });
  const days = (organisation_id = EVERYBODY): Promise<DayRow[]> =>
    archive.database('call_days').where({ organisation_id }).orderBy('day');
  const facts = (): Promise<FactRow[]> => archive.database('call_facts');
  return { archive, statistics, days, facts, record: (...all: EndedMeeting[]) => statistics.record(all) };
}

t.test('a meeting becomes a fact and a share of the sums, and nothing else of it is kept', async (t) => {
  const { archive, record, days, facts } = await counting(t);
  const north = await archive.organisation('Clinic North');
  const meeting = endedMeeting(
    at(2026, 3, 9, 14) + 1000,
    { people: 3, minutes: 29.5, organisationId: north, roomId: 'room-that-nobody-is-to-find' },
    {
      edition: 'med',
      hadScreen: true,
      gaveUpMs: [90_000],
      stays: [
        stay({ waitedMs: 61_000, quality: quality('udp', 40) }),
        stay({ drops: 2, quality: quality('relay', 410) }),
        stay({ quality: quality('tcp', null) }),
      ],
    },
  );
  await record(meeting);
  const [fact] = await facts();
  const sums = {
    meetings: 1,
    people: 3,
    minutes: 30,
    people_minutes: 30,
    largest: 3,
    with_screen: 1,
    audio_only: 0,
    encryption_known: 0,
    encrypted: 0,
    med: 1,
    waited: 1,
    waited_seconds: 61,
    gave_up: 1,
    over_udp: 1,
    over_tcp: 1,
    over_relay: 1,
    drops: 2,
  };
  const { id, organisation, ...said } = fact ?? {};
  t.match(id, /^[0-9a-f]{24}$/);
  t.not(id, meeting.id, 'the id of the meeting stands in the audit log');
  t.match(organisation, /^[0-9a-f]{32}$/);
  t.same(said, { day: '2026-03-09', hour: 14, ...sums }, 'and no other column');
  for (const owner of [EVERYBODY, north]) {
    t.same(await days(owner), [
      { organisation_id: owner, day: '2026-03-09', last_day: '2026-03-09', ...sums },
    ]);
  }
  const spreads = await archive
    .database('call_spreads')
    .where({ organisation_id: north })
    .orderBy(['measure', 'bucket'])
    .select('measure', 'bucket', 'people');
  t.same(spreads, [
    { measure: 'bit_rate', bucket: 1, people: 3 },
    { measure: 'hour', bucket: 14, people: 3 },
    { measure: 'loss', bucket: 3, people: 3 },
    { measure: 'round_trip', bucket: 1, people: 1 },
    { measure: 'round_trip', bucket: 5, people: 1 },
    { measure: 'waiting', bucket: 2, people: 1 },
  ]);
  t.same(await archive.found(['room-that-nobody-is-to-find', meeting.id]), []);
});

t.test('the sums are those of all meetings, whatever came in one step', async (t) => {
  const { record, days } = await counting(t);
  const one = endedMeeting(at(2026, 3, 9), { people: 4, minutes: 10 });
  const two = endedMeeting(at(2026, 3, 9, 16), { people: 9, minutes: 20 }, { hadVideo: false });
  await record(one);
  await record(two, endedMeeting(at(2026, 3, 10), { people: 2 }));
  t.match(await days(), [
    { day: '2026-03-09', meetings: 2, people: 13, minutes: 30, largest: 9, audio_only: 1 },
    { day: '2026-03-10', meetings: 1, people: 2 },
  ]);
  await record(endedMeeting(at(2026, 2, 28, 23), { people: 5, minutes: 120 }));
  t.match((await days())[0], { day: '2026-03-01', people: 5 }, 'of a month that is closed nothing changes');
});

t.test('who waited in vain is counted where no meeting came about', async (t) => {
  const { record, days } = await counting(t);
  await record(endedMeeting(at(2026, 3, 9), { people: 0 }, { gaveUpMs: [600_000, 10_000] }));
  t.match(await days(), [{ meetings: 0, people: 0, minutes: 0, gave_up: 2 }]);
});

t.test('facts cannot be joined back to an organisation once the month is over', async (t) => {
  const { archive, statistics, record, days, facts } = await counting(t);
  const organisations = await Promise.all(
    ['Clinic North', 'Clinic South', 'Practice'].map((name) => archive.organisation(name)),
  );
  for (let day = 2; day < 20; day += 1) {
    for (const [index, organisationId] of organisations.entries()) {
      await record(
        endedMeeting(at(2026, 3, day, 8 + index), { people: 5 + index + (day % 3), organisationId }),
      );
    }
  }
  const [kept]: { key: string }[] = await archive.database('call_keys');
  const key = kept?.key ?? '';
  const whose = (rows: readonly FactRow[]) => {
    const byKey = organisations.filter((id) =>
      rows.some(({ organisation }) => organisation === pseudonym(key, id)),
    );
    return byKey.length;
  };
  /** Matches what each pseudonym comes to, day by day, with what each organisation's own figures say. */
  const bySums = async (rows: readonly FactRow[]) => {
    const outline = (days: readonly { day: string; people: number; minutes: number }[]) => {
      const sums = new Map<string, [number, number]>();
      for (const { day, people, minutes } of days) {
        const [before, long] = sums.get(day) ?? [0, 0];
        sums.set(day, [before + people, long + minutes]);
      }
      return JSON.stringify([...sums].sort());
    };
    const names = [...new Set(rows.map(({ organisation }) => organisation))];
    const outlines = names.map((name) => outline(rows.filter(({ organisation }) => organisation === name)));
    const found = [];
    for (const id of organisations) if (outlines.includes(outline(await days(id)))) found.push(id);
    return found.length;
  };
  t.equal(whose(await facts()), 3, 'within the month, who has the key can');
  t.equal(await bySums(await facts()), 3, 'and within the month the sums alone would do');

  archive.now = at(2026, 4, 1, 0);
  await statistics.turnOver();
  const after = await facts();
  t.equal(after.length, 54, 'the facts are there');
  t.equal(whose(after), 0, 'not even by an old copy of the key');
  t.equal(await bySums(after), 0, 'nor by the sums');
  t.same([...new Set(after.map(({ day }) => day))], ['2026-03-01'], 'facts know their month only');
  t.same(await archive.database('call_keys'), [], 'the key is gone');
  await archive.retention().run(system);
  t.same(await archive.found([key, ...organisations.map((id) => pseudonym(key, id))]), [], 'from every file');
  t.equal((await days(organisations[0])).length, 18, 'their own figures are theirs for longer');

  await record(endedMeeting(at(2026, 4, 1, 0), { organisationId: organisations[0] ?? null }));
  const [next]: { month: string; key: string }[] = await archive.database('call_keys');
  t.match(next, { month: '2026-04' });
  t.not(next?.key, key);
});

t.test('days of few people are put together when their month is over', async (t) => {
  const { archive, statistics, record, days } = await counting(t);
  const [north, south] = [await archive.organisation('North'), await archive.organisation('South')];
  const sizes = [3, 1, 7, 0, 2, 9, 4];
  for (const [index, people] of sizes.entries()) {
    if (people === 0) continue;
    await record(endedMeeting(at(2026, 3, 2 + index), { people, organisationId: north }));
  }
  await record(endedMeeting(at(2026, 3, 8), { people: 2, organisationId: south }));
  const before = total(await days(north));
  archive.now = at(2026, 4, 2);
  await statistics.turnOver();
  t.match(await days(north), [
    { day: '2026-03-02', last_day: '2026-03-04', people: 11, meetings: 3, largest: 7 },
    { day: '2026-03-06', last_day: '2026-03-08', people: 15, meetings: 3 },
  ]);
  t.same(total(await days(north)), before, 'nothing is lost');
  t.equal((await days(south)).length, 1);
  await new CallStatistics({ database: archive.database, clock: () => archive.now }).turnOver();
  t.equal((await days(north)).length, 2, 'once more changes nothing');
});

t.test('a copy of the database leads to nobody, and is whole otherwise', async (t) => {
  const { archive, record, days } = await counting(t);
  const north = await archive.organisation('Clinic North');
  await record(endedMeeting(at(2026, 3, 9), { people: 6, organisationId: north }));
  const [{ key } = { key: '' }]: { key: string }[] = await archive.database('call_keys');
  const folder = await mkdtemp(join(tmpdir(), 'linkello-copy-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'copy.sqlite');
  await archive.database.raw('VACUUM INTO ?', [file]);
  await stripCopy(archive.database, file);
  const copy = await openDatabase(file);
  t.same(await copy('call_keys'), []);
  t.match(await copy('call_facts'), [{ organisation: null, day: '2026-03-01', people: 6 }]);
  t.same(await copy('call_days').where({ organisation_id: north }), await days(north));
  await copy.destroy();
  const { readFile } = await import('node:fs/promises');
  const bytes = await readFile(file);
  t.notOk(bytes.includes(key) || bytes.includes(pseudonym(key, north)));
  t.equal((await archive.database('call_keys')).length, 1, 'the database itself keeps both');
});

t.test('after twelve months it is gone; what is held, and what is younger, stays', async (t) => {
  const { archive, record } = await counting(t, at(2025, 3, 10));
  const [north, held] = [await archive.organisation('North'), await archive.organisation('Held')];
  await record(
    endedMeeting(at(2025, 3, 10), { people: 6, organisationId: north }),
    endedMeeting(at(2025, 3, 10), { people: 6, organisationId: held }),
  );
  archive.now = at(2025, 12, 31);
  await record(endedMeeting(archive.now, { people: 6, organisationId: north }));
  const firstDays = () => archive.database('call_days').distinct('day').orderBy('day').pluck('day');
  archive.now = at(2026, 3, 9, 3) - DAY_MS;
  await archive.retention().run(system);
  t.same(await firstDays(), ['2025-03-10', '2025-12-31']);
  const someone = { kind: 'person', id: null, requestId: null } as const;
  await archive.holds.make(someone, {
    kind: 'organisation',
    id: held,
    reason: 'File 12/2026',
    endsAt: archive.now + 30 * DAY_MS,
  });
  archive.now = at(2026, 3, 10, 3);
  const foretold = await archive.retention().preview(archive.now);
  const { erased } = await archive.retention().run(system);
  const due = foretold.find(({ category }) => category === 'call_statistics')?.due ?? 0;
  t.ok(due > 0);
  t.equal(erased.get('call_statistics'), due);
  t.same(await archive.database('call_facts').pluck('day'), ['2025-12-31']);
  t.same(await archive.database('call_days').where({ day: '2025-03-10' }).pluck('organisation_id'), [held]);
  t.same(await archive.database('call_spreads').distinct('month').whereNot({ organisation_id: held }), [
    { month: '2025-12' },
  ]);
});

t.test('what is an organisation’s goes with it', async (t) => {
  const { archive, record, days, facts } = await counting(t);
  const [north, south] = [await archive.organisation('North'), await archive.organisation('South')];
  await record(
    endedMeeting(at(2026, 3, 9), { people: 6, organisationId: north }),
    endedMeeting(at(2026, 3, 9), { people: 7, organisationId: south }),
  );
  const someone = { kind: 'person', id: null, requestId: null } as const;
  await archive.erasure.eraseSubject({ kind: 'organisation', id: north }, someone);
  t.same(await days(north), []);
  t.same(await archive.database('call_spreads').where({ organisation_id: north }), []);
  t.same(
    (await facts()).map(({ people }) => people),
    [7],
  );
  t.equal((await days(south)).length, 1);
});

const total = (rows: readonly Sums[]) =>
  rows.map(sumsOf).reduce((sum, { people, minutes }) => sum + people + minutes, 0);

function stay(more: Partial<EndedMeeting['stays'][number]>): EndedMeeting['stays'][number] {
  return { joinedAt: 0, leftAt: 0, connectedMs: 600_000, waitedMs: null, drops: 0, quality: null, ...more };
}

function quality(path: 'udp' | 'tcp' | 'relay', roundTripMs: number | null) {
  // 600 seconds of 200 kbit/s, and one packet of a hundred lost.
  return {
    path,
    receivedBytes: 10_000_000,
    sentBytes: 5_000_000,
    packets: 1000,
    lostPackets: 10,
    roundTripMs,
    isEncrypted: true,
  };
}
