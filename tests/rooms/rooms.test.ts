import t from 'tap';
import { listRooms } from '../../app/rooms/store.ts';
import { actorOf, House, reachOf, usual } from './house.ts';

const house = await House.build();
t.teardown(() => house.close());
const nora = await house.person('Nora');
const nick = await house.person('Nick');
const nina = await house.person('Nina', 'administrator');
const sue = await house.person('Sue', 'administrator', 'south');
const olga = await house.person('Olga', 'owner', 'south');

const page = {
  column: 'rooms.sort_name',
  direction: 'asc',
  from: null,
  isBackwards: false,
  limit: 50,
} as const;
const found = async (person: typeof nora, ...words: string[]) =>
  (await listRooms(house.database, reachOf(person), { words, filters: {}, page })).map(({ name }) => name);
const byDefault = { changes: usual, hostEmail: null };

t.test(
  'an address is made of the name, and of more where that is taken, kept back or would let anybody in',
  async (t) => {
    t.equal((await house.room(nora, { name: 'Réunion d’équipe' })).slug, 'reunion-d-equipe');
    t.match((await house.room(nora, { name: 'REUNION D EQUIPE' })).slug, /^reunion-d-equipe-[a-z2-9]{8}$/);
    t.match((await house.room(nora, { name: 'Admin' })).slug, /^admin-[a-z2-9]{8}$/);
    t.match(
      (await house.room(nora, { name: 'аdmin' })).slug,
      /^admin-[a-z2-9]{8}$/,
      'with a Cyrillic letter',
    );
    t.match((await house.room(nora, { name: 'Open day', access: 'anyone' })).slug, /^open-day-[a-z2-9]{8}$/);
    t.equal(
      (await house.room(nora, { name: 'Open day', access: 'anyone', hasLobby: true })).slug,
      'open-day',
    );
    t.match((await house.room(nora, { name: 'x'.repeat(80) })).slug, /^x{55}-[0-9a-f]{8}$/);
    t.match((await house.room(nora, { name: 'x'.repeat(80) })).slug.length, 64);
  },
);

t.test('an address is one room’s, in all organisations', async (t) => {
  await house.room(nora, {}, 'board');
  for (const person of [nora, nick, sue]) {
    const made = await house.rooms.make(
      actorOf(person),
      { person, scope: reachOf(person) },
      { changes: usual, slug: 'board', hostEmail: null },
    );
    t.same(made, { faults: { slug: 'slug_taken' } });
  }
  const race = await Promise.all(
    [nora, nick, sue].map((person) =>
      house.rooms.make(
        actorOf(person),
        { person, scope: reachOf(person) },
        { changes: usual, slug: 'race', hostEmail: null },
      ),
    ),
  );
  t.equal(race.filter((made) => 'room' in made).length, 1, 'of three at once one gets it');
});

t.test('everybody finds what they reach, by the beginnings of its words', async (t) => {
  await house.room(nick, { name: 'Physiotherapy' });
  await house.room(sue, { name: 'Physics' });
  t.same(await found(nora, 'phys'), []);
  t.same(await found(nick, 'phys'), ['Physiotherapy']);
  t.same(await found(nina, 'phys'), ['Physiotherapy']);
  t.same(await found(sue, 'phys'), ['Physics']);
  t.same(await found(olga, 'phys'), ['Physics', 'Physiotherapy']);
  t.same(await found(olga, 'ysics'), []);
});

t.test('what is another’s answers like what does not exist, and stays as it is', async (t) => {
  const room = await house.room(nora, { name: 'Oncology' });
  for (const person of [nick, sue]) {
    for (const id of [room.id, 'f'.repeat(24), '', 'x', "' OR 1=1 --"]) {
      const scope = reachOf(person);
      await t.rejects(house.rooms.change(actorOf(person), scope, { id, version: 1 }, byDefault), {
        code: 'not_found',
      });
      await t.rejects(
        house.rooms.remove(actorOf(person), scope, id, async () => void t.fail('it was found')),
        { code: 'not_found' },
      );
    }
  }
  t.same(await found(nora, 'oncology'), ['Oncology']);
});

t.test('of two changes at once one counts, and the other is told', async (t) => {
  const { id } = await house.room(nora, { name: 'Twice' });
  const change = (name: string, version = 1) =>
    house.rooms.change(
      actorOf(nora),
      reachOf(nora),
      { id, version },
      { changes: { ...usual, name }, hostEmail: null },
    );
  const results = await Promise.allSettled([change('Once'), change('Another')]);
  t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const [lost] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  t.equal(lost.code, 'changed_meanwhile');
  await change('Third', 2);
  t.same(await found(nora, 'third'), ['Third']);
  t.same(await found(nora, 'once'), [], 'found by its new name alone');
});

t.test('a room is handed over within its organisation, by those who reach it', async (t) => {
  const room = await house.room(nina, { name: 'Handed' }, null, nick.email);
  t.equal(room.personId, nick.id);
  const hand = (person: typeof nora, email: string, version = 1) =>
    house.rooms.change(
      actorOf(person),
      reachOf(person),
      { id: room.id, version },
      { changes: { ...usual, name: 'Handed' }, hostEmail: email },
    );
  t.match(await hand(nina, 'nobody@example.org'), { faults: { host: 'host_unknown' } });
  t.match(await hand(nina, sue.email), { faults: { host: 'host_unknown' } });
  t.match(await hand(olga, sue.email), { faults: { host: 'host_unknown' } }, 'not out of its organisation');
  t.match(await hand(nick, nora.email), { faults: { host: 'host_unknown' } });
  t.match(await hand(nina, nora.email), { room: { personId: nora.id } });
  t.same(await found(nick, 'handed'), []);
});

t.test('who is deleted leaves their rooms to nobody: administrators see them', async (t) => {
  const gone = await house.person('Gone');
  await house.room(gone, { name: 'Orphan' });
  await house.database('people').where({ id: gone.id }).delete();
  t.same(await found(nina, 'orphan'), ['Orphan']);
  t.same(await found(nora, 'orphan'), []);
});

t.test('every change is in the audit log, without a name', async (t) => {
  const { id } = await house.room(nora, { name: 'Secret name' }, 'secret-address');
  const scope = reachOf(nora);
  const changes = { ...usual, name: 'Other secret', hasLobby: true };
  await house.rooms.change(actorOf(nora), scope, { id, version: 1 }, { changes, hostEmail: null });
  await house.rooms.change(actorOf(nora), scope, { id, version: 2 }, { changes, hostEmail: null });
  await house.rooms.remove(actorOf(nora), scope, id, async () => {});
  const log = (await house.audited()).filter(({ object_id }) => object_id === id);
  t.same(
    log.map(({ action, details }) => [action, JSON.parse(details)]),
    [
      ['room.made', {}],
      ['room.changed', { fields: ['name', 'hasLobby'] }],
      ['room.deleted', {}],
    ],
  );
  t.notMatch(JSON.stringify(await house.audited()), /secret/i);
});
