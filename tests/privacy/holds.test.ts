import t from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { Organisations } from '../../app/identity/organisations.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { Rooms } from '../../app/rooms/rooms.ts';
import { Archive } from './archive.ts';

const someone = { kind: 'person', id: null, requestId: null } as const;

t.test('what is about a held person stays, and goes when the hold is over', async (t) => {
  const archive = await Archive.make(t);
  const organisationId = await archive.organisation('Clinic North', { endedAt: archive.now - 40 * DAY_MS });
  const held = await archive.person(organisationId, 'Ada Lovelace');
  const other = await archive.person(organisationId, 'Bob Brown');
  const staying = await archive.organisation('Clinic South');
  const anyRoom = await archive.room(staying, null, 'Any room');
  const over = archive.now - 40 * DAY_MS;
  const kept = [
    ['people', held.id],
    ['rooms', await archive.room(organisationId, held.id, 'Held room')],
    ['letters', await archive.letter(held.email, { personId: held.id, doneAt: over })],
    ['letters', await archive.letter(held.email, { doneAt: over })],
    ['invitations', await archive.invitation(anyRoom, 'As a guest', { email: held.email, expiresAt: over })],
    ['invitations', await archive.invitation(anyRoom, 'Theirs', { createdBy: held.id, expiresAt: over })],
    ['organisations', organisationId],
  ] as const;
  const gone = [
    ['people', other.id],
    ['rooms', await archive.room(organisationId, other.id, 'Other room')],
    ['letters', await archive.letter(other.email, { doneAt: over })],
  ] as const;
  const intoHeld = await archive.invitation(kept[1][1], 'Into the held room', { expiresAt: over });
  const endsAt = archive.now + 10 * DAY_MS;
  await archive.holds.make(someone, { kind: 'person', id: held.id, reason: 'File 12/2026', endsAt });

  const foretold = await archive.retention().preview(archive.now);
  const { erased } = await archive.retention().run(system);
  for (const { category, due } of foretold) t.equal(erased.get(category) ?? 0, due, category);
  const isThere = async (table: string, id: string) => (await archive.ids(table)).includes(id);
  for (const [table, id] of kept) t.ok(await isThere(table, id), `${table} stays`);
  t.ok(await isThere('invitations', intoHeld));
  for (const [table, id] of gone) t.notOk(await isThere(table, id), `${table} of others goes`);

  await t.rejects(archive.erasure.eraseSubject({ kind: 'person', ...held }, someone), {
    code: 'on_legal_hold',
  });
  await t.rejects(archive.erasure.eraseSubject({ kind: 'address', email: held.email }, someone), {
    code: 'on_legal_hold',
  });
  await t.rejects(archive.erasure.eraseSubject({ kind: 'organisation', id: organisationId }, someone), {
    code: 'on_legal_hold',
  });

  archive.now = endsAt - 1;
  await archive.retention().run(system);
  t.ok(await isThere('people', held.id), 'to the last moment');
  archive.now = endsAt;
  await archive.retention().run(system);
  for (const [table, id] of kept) t.notOk(await isThere(table, id), `${table} goes`);
  t.strictSame(await archive.ids('legal_holds'), [], 'with the hold itself');
});

t.test('a held organisation stays as a whole; lifting lets it go', async (t) => {
  const archive = await Archive.make(t);
  const organisationId = await archive.organisation('Clinic North', { endedAt: archive.now - 40 * DAY_MS });
  const { id } = await archive.person(organisationId, 'Ada Lovelace');
  const room = await archive.room(organisationId, id, 'Room');
  await archive.invitation(room, 'Guest', { expiresAt: archive.now - 40 * DAY_MS });
  const hold = { kind: 'organisation', id: organisationId, reason: 'Court' } as const;
  await archive.holds.make(someone, { ...hold, endsAt: archive.now + 900 * DAY_MS });
  archive.now += 800 * DAY_MS;
  const { erased } = await archive.retention().run(system);
  t.strictSame([...erased], []);
  const [made] = await archive.holds.list();
  await archive.holds.lift(someone, made?.id ?? '');
  await t.rejects(archive.holds.lift(someone, made?.id ?? ''), { code: 'not_found' });
  await archive.retention().run(system);
  for (const table of ['people', 'rooms', 'invitations', 'organisations']) {
    t.strictSame(await archive.ids(table), [], table);
  }
});

t.test('the console deletes nothing that is held', async (t) => {
  const archive = await Archive.make(t);
  const { database, audit } = archive;
  const clock = () => archive.now;
  const house = await archive.organisation('House');
  const owner = await archive.person(house, 'Olive Owner', { role: 'owner' });
  const clinic = await archive.organisation('Clinic North');
  const { id: heldId } = await archive.person(clinic, 'Ada Lovelace');
  const room = await archive.room(clinic, heldId, 'Room');
  const endsAt = archive.now + DAY_MS;
  await archive.holds.make(someone, { kind: 'person', id: heldId, reason: 'Court', endsAt });
  const asker = {
    person: {
      id: owner.id,
      email: owner.email,
      organisationId: house,
      name: 'Olive Owner',
      language: 'en',
      role: 'owner',
      status: 'active',
      createdAt: 0,
      signedInAt: null,
    },
    actor: { kind: 'person', id: owner.id, requestId: null },
  } as const;
  const organisations = new Organisations({ database, audit, clock });
  await t.rejects(organisations.delete(asker, clinic), { code: 'on_legal_hold' });
  const rooms = new Rooms({ database, audit, clock });
  const remove = () => rooms.remove(asker.actor, { kind: 'all' }, room, async () => {});
  await t.rejects(remove(), { code: 'on_legal_hold' });
  archive.now = endsAt;
  await remove();
  await organisations.delete(asker, clinic);
  t.strictSame(await archive.ids('organisations'), [house]);
});
