import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { categories } from '../../app/categories.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { replayErasures } from '../../app/privacy/erasure/replay.ts';
import { findCertificate, verifyCertificates } from '../../app/privacy/retention/certificates.ts';
import { Archive, KEY } from './archive.ts';

const someone = { kind: 'person', id: null, requestId: null } as const;

/** A copy of the database as a backup has it. */
async function backupOf(archive: Archive, name: string): Promise<string> {
  const copy = join(archive.folder, '..', `${name}-${process.pid}.sqlite`);
  await archive.database.raw('VACUUM INTO ?', [copy]);
  return copy;
}

t.test('everything about somebody goes at once, and no byte of it is left in any file', async (t) => {
  const archive = await Archive.make(t);
  const organisationId = await archive.organisation('Clinic North');
  // Rows before and after, so that pages were split and rows moved between them.
  const fill = async (from: number) => {
    for (let index = from; index < from + 150; index += 1) {
      await archive.person(organisationId, `Filling ${index} Person`);
    }
  };
  await fill(0);
  const person = await archive.person(organisationId, 'Zaphod Quixotic');
  const room = await archive.room(organisationId, person.id, 'Nebulous room');
  await archive.invitation(room, 'Guestimate Whom');
  const other = await archive.person(organisationId, 'Bob Brown');
  const otherRoom = await archive.room(organisationId, other.id, 'Room of Bob');
  await archive.invitation(otherRoom, 'Quixotic as guest', { email: person.email });
  await archive.letter(person.email);
  await archive.letter(person.email, { personId: person.id });
  await fill(200);
  const secrets = ['Zaphod', 'Quixotic', 'Nebulous', 'Guestimate', person.email];
  t.strictSame((await archive.found(secrets)).sort(), [...secrets].sort(), 'they were there');

  const foretold = await archive.erasure.preview({ kind: 'person', ...person });
  t.equal((await archive.ids('people')).length, 302, 'a preview changes nothing');
  await archive.audit.record({ ...someone, id: person.id }, { action: 'room.made' });
  const { certificate, counts } = await archive.erasure.eraseSubject({ kind: 'person', ...person }, someone);
  const of = (name: string) => counts.find(({ category }) => category === name);
  t.match(of('account'), { records: 1, kept: 0 });
  t.match(of('rooms'), { records: 1, kept: 0 });
  t.match(of('invitations'), { records: 2, kept: 0 });
  t.match(of('letters'), { records: 2, kept: 0 });
  t.match(of('audit'), { records: 0, kept: 1 }, 'what is kept is listed');
  t.same(
    foretold.filter(({ category }) => category !== 'audit'),
    counts.filter(({ category }) => category !== 'audit'),
  );
  t.match(await findCertificate(archive.database, certificate), { cause: 'erasure', failed: [] });
  t.strictSame(await archive.found(secrets), []);
  t.equal((await archive.ids('people')).length, 301, 'and nobody else');
  const [entry] = (await archive.ledger.read()).filter(({ kind }) => kind === 'person');
  t.equal(entry?.hash, archive.ledger.hashOf('person', person.id));
  t.strictSame(await archive.database('erasures').whereNotNull('subject_id'), [], 'no plain id is left');
});

t.test('a guest without an account', async (t) => {
  const archive = await Archive.make(t);
  const room = await archive.room(await archive.organisation('Clinic'), null, 'Room');
  await archive.invitation(room, 'Gaston', { email: 'gaston@guests.example' });
  await archive.invitation(room, 'Berthe', { email: 'berthe@guests.example' });
  await archive.letter('gaston@guests.example');
  await archive.erasure.eraseSubject({ kind: 'address', email: 'gaston@guests.example' }, someone);
  t.same(await archive.database('invitations').pluck('name'), ['Berthe']);
  t.strictSame(await archive.ids('letters'), []);
  t.strictSame(await archive.found(['gaston@guests', 'Gaston']), []);
});

t.test(
  'the last owner is not erased, nor an organisation with somebody who runs the appliance',
  async (t) => {
    const archive = await Archive.make(t);
    const house = await archive.organisation('House');
    const owner = await archive.person(house, 'Olive Owner', { role: 'owner' });
    await t.rejects(archive.erasure.eraseSubject({ kind: 'person', ...owner }, someone), {
      code: 'last_owner',
    });
    await t.rejects(archive.erasure.eraseSubject({ kind: 'organisation', id: house }, someone), {
      code: 'own_organisation',
    });
    await t.rejects(archive.erasure.eraseSubject({ kind: 'organisation', id: 'nobody' }, someone), {
      code: 'not_found',
    });
    t.equal((await archive.database('organisations').first()).status, 'active', 'and nothing has changed');
  },
);

t.test('the erasure of an organisation that was cut off goes on', async (t) => {
  const archive = await Archive.make(t);
  const { database } = archive;
  const id = await archive.organisation('Clinic North');
  for (let index = 0; index < 120; index += 1) {
    const person = await archive.person(id, `Person ${index}`);
    await archive.letter(person.email);
  }
  await archive.room(id, null, 'Room of nobody');
  const staying = await archive.organisation('Clinic South');
  await archive.person(staying, 'Bob Brown');
  const last = await database('people').where({ organisation_id: id }).orderBy('id', 'desc').first('id');
  await database.raw(
    `CREATE TRIGGER broken BEFORE DELETE ON people WHEN OLD.id = '${last.id}' BEGIN SELECT RAISE(ABORT, 'broken'); END`,
  );
  const subject = { kind: 'organisation', id } as const;
  await t.rejects(archive.erasure.eraseSubject(subject, someone), /broken/);
  const left = (await database('people').where({ organisation_id: id })).length;
  t.ok(left > 0 && left < 120, `${left} are left`);
  t.match(await database('organisations').where({ id }).first(), { status: 'ended' });
  await database.raw('DROP TRIGGER broken');
  await archive.erasure.resume();
  t.same(await database('organisations').pluck('id'), [staying]);
  t.same(await database('people').pluck('name'), ['Bob Brown']);
  t.strictSame(await database('erasures_under_way'), []);
  const certificate = await findCertificate(database, 1);
  const records = (name: string) => certificate?.counts.find(({ category }) => category === name)?.records;
  t.equal(records('account'), 120, 'what was erased before is in the certificate');
  t.equal(records('letters'), 120);
  t.equal(records('rooms'), 1);
  await archive.erasure.resume();
  t.equal(await findCertificate(database, 2), null, 'once');
});

t.test('after an older backup was put back, erasures and ended organisations are erased again', async (t) => {
  const archive = await Archive.make(t);
  const staying = await archive.organisation('Clinic South');
  const room = await archive.room(staying, null, 'Room');
  const erased = await archive.person(staying, 'Ada Lovelace');
  const deleted = await archive.person(staying, 'Dora Deleted');
  await archive.person(staying, 'Bob Brown');
  await archive.invitation(room, 'Gaston', { email: 'gaston@guests.example' });
  await archive.invitation(room, 'Berthe', { email: 'berthe@guests.example' });
  const ended = await archive.organisation('Clinic North');
  await archive.person(ended, 'Nora North');
  const old = await backupOf(archive, 'old');

  await archive.erasure.eraseSubject({ kind: 'person', ...erased }, someone);
  await archive.erasure.eraseSubject({ kind: 'address', email: 'gaston@guests.example' }, someone);
  // As the console does it.
  await archive.database('people').where({ id: deleted.id }).delete();
  await archive
    .database('organisations')
    .where({ id: ended })
    .update({ status: 'ended', ended_at: archive.now });
  archive.now += 31 * DAY_MS;
  await archive.retention().run(system);
  // Somebody who was erased comes back by themselves.
  await archive.invitation(room, 'Gaston again', { email: 'gaston@guests.example' });
  const recent = await backupOf(archive, 'recent');
  const file = await readFile(join(archive.folder, 'erasures.jsonl'), 'utf8');
  t.notMatch(file, /Ada|gaston|[0-9a-f]{24}"(?!,"at)/i, 'the ledger names nobody');

  const restored = await Archive.make(t);
  await restored.database.destroy();
  const putBack = async (copy: string) => {
    await copyFile(copy, restored.file);
    await writeFile(join(restored.folder, 'erasures.jsonl'), `${file}{"kind":"person","hash":"cut o`);
    const again = await Archive.open(restored.folder);
    again.now = archive.now;
    const options = {
      database: again.database,
      file: again.file,
      clock: () => again.now,
      audit: again.audit,
      key: KEY,
      categories,
      ledger: again.ledger,
      entries: await again.ledger.read(),
    };
    const count = await replayErasures(options);
    const second = await replayErasures(options);
    return { again, count, second };
  };

  const { again, count, second } = await putBack(old);
  t.equal(second, 0, 'a second time there is nothing to do');
  t.equal(count, 4, 'two people, an address, an organisation');
  t.same(await again.database('people').pluck('name'), ['Bob Brown']);
  t.same(await again.database('invitations').pluck('name'), ['Berthe']);
  t.same(await again.database('organisations').pluck('name'), ['Clinic South']);
  t.strictSame(await again.found(['Lovelace', 'Dora', 'Nora', 'gaston', 'Clinic North']), []);
  t.strictSame((await verifyCertificates(again.database, KEY)).faults, []);
  await again.database.destroy();

  const newer = await putBack(recent);
  t.equal(newer.count, 0, 'a backup that is newer than the erasures is left as it is');
  t.same(await newer.again.database('invitations').orderBy('name').pluck('name'), ['Berthe', 'Gaston again']);
  await newer.again.database.destroy();
});
