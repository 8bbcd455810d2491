import t from 'tap';
import type { AuditAction } from '../../app/audit/actions.ts';
import {
  AuditEntries,
  type EntryFilter,
  type EntryQuery,
  type StoredEntry,
} from '../../app/audit/entries.ts';
import type { Scope } from '../../app/kernel/permissions.ts';
import { KeptLog } from './kept-log.ts';

const actions: readonly AuditAction[] = ['room.made', 'person.viewed', 'people.exported'];
const actors = ['a1', 'a2', 'a3', null];
const organisations = ['o1', 'o2', null];
const objects = ['x1', 'x2', 'x3', 'x4', 'x5', null];

/** A log in which everything meets everything else. */
async function mixedLog(): Promise<{ kept: KeptLog; all: StoredEntry[]; entries: AuditEntries }> {
  const kept = await KeptLog.make(0);
  const pick = <Value>(values: readonly Value[], turn: number) => values[turn % values.length] as Value;
  await kept.database.transaction(async (transaction) => {
    for (let turn = 0; turn < 360; turn += 1) {
      const actor = pick(actors, turn);
      const objectId = pick(objects, Math.floor(turn / 5));
      await kept.log.record(
        { kind: actor === null ? 'system' : 'person', id: actor, requestId: null },
        {
          action: pick(actions, Math.floor(turn / 2)),
          organisationId: pick(organisations, Math.floor(turn / 3)),
          ...(objectId !== null && { object: { kind: 'room', id: objectId } }),
        },
        transaction,
      );
    }
  });
  const all: StoredEntry[] = await kept.database('audit').orderBy('number');
  return { kept, all, entries: new AuditEntries(kept.database) };
}

/** The same, said without a database. */
function isChosen(row: StoredEntry, { scope, filter }: EntryQuery): boolean {
  if (scope.kind === 'organisation' && row.organisation_id !== scope.organisationId) return false;
  if (scope.kind === 'own' && row.actor_id !== scope.personId) return false;
  const { action, actorId, objectId, from = 0, before = Infinity } = filter;
  if (action !== undefined && row.action !== action) return false;
  if (actorId !== undefined && row.actor_id !== actorId) return false;
  if (objectId !== undefined && row.object_id !== objectId) return false;
  return row.at >= from && row.at < before;
}

function* queries(all: readonly StoredEntry[]): Generator<EntryQuery> {
  const at = (index: number) => all[index]?.at ?? 0;
  const scopes: readonly Scope[] = [
    { kind: 'all' },
    { kind: 'organisation', organisationId: 'o2' },
    { kind: 'own', personId: 'a1' },
  ];
  const parts: readonly EntryFilter[] = [
    { action: 'person.viewed' },
    { actorId: 'a2' },
    { objectId: 'x3' },
    { from: at(50) },
    { before: at(300) },
  ];
  for (const scope of scopes) {
    for (let chosen = 0; chosen < 2 ** parts.length; chosen += 1) {
      const filter: EntryFilter = Object.assign({}, ...parts.filter((_, bit) => chosen & (2 ** bit)));
      yield { scope, filter };
    }
  }
}

t.test('pages hold what the query names, page after page, forth and back', async (t) => {
  const { kept, all, entries } = await mixedLog();
  t.teardown(() => kept.remove());
  for (const query of queries(all)) {
    const wanted = all.filter((row) => isChosen(row, query)).reverse();
    const name = JSON.stringify(query);
    const pages: (readonly StoredEntry[])[] = [];
    let page = await entries.page(query, { end: 'newest' }, 7);
    t.equal(page.hasNewer, false, name);
    for (;;) {
      pages.push(page.entries);
      const last = page.entries.at(-1);
      if (!page.hasOlder || last === undefined) break;
      page = await entries.page(query, { olderThan: last }, 7);
      t.equal(page.hasNewer, true);
    }
    t.strictSame(pages.flat(), wanted, name);
    for (const [index, expected] of [...pages.entries()].reverse().slice(1)) {
      const first = pages[index + 1]?.[0];
      const back = await entries.page(query, { newerThan: first ?? { at: 0, number: 0 } }, 7);
      t.strictSame(back, { entries: expected, hasNewer: index > 0, hasOlder: true }, `${name}, back`);
    }
    const exported: StoredEntry[] = [];
    for await (const row of entries.all(query)) exported.push(row);
    t.strictSame(exported, [...wanted].reverse(), `${name}, all`);
  }
});

t.test('an export is of the log as it was when it began, however many rows there are', async (t) => {
  const kept = await KeptLog.make(0);
  t.teardown(() => kept.remove());
  const record = (count: number) =>
    kept.database.transaction(async (transaction) => {
      for (let turn = 0; turn < count; turn += 1)
        await kept.log.record(
          { kind: 'system', id: null, requestId: null },
          { action: 'room.made' },
          transaction,
        );
    });
  await record(2500);
  const entries = new AuditEntries(kept.database);
  for (const [from, read] of [
    [1, () => entries.all({ scope: { kind: 'all' }, filter: {} })],
    [3, () => entries.chain(3)],
  ] as const) {
    const last = (await kept.verify()).head?.number ?? 0;
    const numbers: number[] = [];
    for await (const { number } of read()) {
      if (numbers.length === 1100) await record(10);
      numbers.push(number);
    }
    t.strictSame([numbers[0], numbers.at(-1), numbers.length], [from, last, last - from + 1]);
  }
});

t.test('a clock that was set back hides no row of its day', async (t) => {
  const { kept, all, entries } = await mixedLog();
  t.teardown(() => kept.remove());
  const early = all[10]?.at ?? 0;
  await kept.tamper(`UPDATE audit SET at = ${early + 5} WHERE number = 200`);
  const filter = { from: early, before: early + 60_000 };
  const page = await entries.page({ scope: { kind: 'all' }, filter }, { end: 'newest' }, 50);
  t.strictSame(
    page.entries.map(({ number }) => number),
    [200, 11],
  );
});

t.test('every query goes by an index, in the order of the log', async (t) => {
  const { kept, all, entries } = await mixedLog();
  t.teardown(() => kept.remove());
  const at = (index: number) => all[index]?.at ?? 0;
  const asked: { sql: string; bindings: unknown[] }[] = [];
  kept.database.on('query', ({ sql, bindings }) => asked.push({ sql, bindings }));
  for (const query of queries(all)) {
    asked.length = 0;
    await entries.page(query, { olderThan: { at: at(300), number: 300 } }, 7);
    for (const { sql, bindings } of [...asked]) {
      const plan: { detail: string }[] = await kept.database.raw(
        `EXPLAIN QUERY PLAN ${sql}`,
        bindings as string[],
      );
      const steps = plan.map(({ detail }) => detail).join('; ');
      t.match(steps, /^SEARCH audit USING /, `${sql}: ${steps}`);
      t.notMatch(steps, /TEMP B-TREE/, sql);
      if (query.filter.objectId !== undefined)
        t.match(steps, /audit_object/, 'an object has the fewest rows');
    }
  }
});
