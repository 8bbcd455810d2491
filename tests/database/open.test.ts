import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { compact } from '../../app/database/compact.ts';
import { openDatabase } from '../../app/database/open.ts';
import { openToRead } from '../../app/database/open-to-read.ts';
import { StartFault } from '../../app/kernel/start-fault.ts';
import { KeptLog } from '../audit/kept-log.ts';
import { until } from '../deadline.ts';
import { insertOwner } from './owner.ts';

async function newFile(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'linkello-database-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return join(folder, 'app', 'linkello.sqlite');
}

const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

t.test('what the promises rest on is really set', async (t) => {
  const database = await openDatabase(await newFile(t));
  t.teardown(() => database.destroy());
  const value = async (name: string) => Object.values((await database.raw(`PRAGMA ${name}`))[0])[0];
  t.equal(await value('journal_mode'), 'wal');
  t.equal(await value('synchronous'), 2, 'FULL');
  t.equal(await value('foreign_keys'), 1);
  t.equal(await value('secure_delete'), 1);
  t.equal(await value('trusted_schema'), 0);
  t.ok(Number(await value('busy_timeout')) >= 5000);
  const orphan = { word: 'x', person_id: 'nobody' };
  await t.rejects(database('people_words').insert(orphan), /FOREIGN KEY/);
});

t.test('nobody but its owner reads it', async (t) => {
  const file = await newFile(t);
  // As a backup or a careless hand may have left it.
  await mkdir(dirname(file));
  await writeFile(file, '', { mode: 0o644 });
  const database = await openDatabase(file);
  t.teardown(() => database.destroy());
  for (const end of ['', '-wal', '-shm']) t.equal(await modeOf(`${file}${end}`), '600', end);
  const made = await newFile(t);
  await (await openDatabase(made)).destroy();
  t.strictSame([await modeOf(made), await modeOf(dirname(made))], ['600', '700']);
});

t.test('what is deleted or overwritten is gone from the disk once it was compacted', async (t) => {
  const file = await newFile(t);
  const database = await openDatabase(file);
  t.teardown(() => database.destroy());
  await insertOwner(database);
  const secrets = Array.from({ length: 300 }, (_, index) => `Zaphod-${index}-Beeblebrox`);
  const row = { organisation_id: 'clinic', language: 'en', role: 'member', status: 'active', created_at: 1 };
  for (const [index, name] of secrets.entries()) {
    await database('people').insert({
      ...row,
      id: `id-${index}`,
      email: `${name}@x.example`,
      name,
      sort_name: name,
    });
  }
  const onDisk = async () =>
    Buffer.concat(
      await Promise.all(['', '-wal'].map((end) => readFile(`${file}${end}`).catch(() => Buffer.of()))),
    );
  const shown = async () => {
    const bytes = await onDisk();
    return secrets.filter((name) => bytes.includes(name)).length;
  };
  t.equal(await shown(), secrets.length, 'they were there');
  const overwritten = { name: 'x', sort_name: 'x', email: 'x@x.example' };
  await database('people')
    .where({ id: 'id-7' })
    .update({ ...overwritten, id: 'x' });
  await database('people').where({ role: 'member' }).whereNot({ id: 'x' }).delete();
  await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  // Of 300 rows pages were split, which leaves copies: see compact.ts.
  t.ok((await shown()) < secrets.length, 'rows are overwritten at once');
  await compact(database, file);
  t.equal(await shown(), 0, 'and their copies when the file is written anew');
});

t.test('a database of a newer version is left alone', async (t) => {
  const file = await newFile(t);
  const database = await openDatabase(file);
  await database('schema_steps').insert({ name: '9999-later', done_at: 1 });
  await database.destroy();
  const refusal = { name: 'StartFault', message: /newer version of Linkello \(step 9999-later\)/ };
  await t.rejects(openDatabase(file), refusal);
  await t.rejects(openToRead(file), refusal);
});

t.test('a step that was not done is done, and reading alone does not do it', async (t) => {
  const file = await newFile(t);
  const database = await openDatabase(file);
  await database('schema_steps').where({ name: '0005-jobs' }).delete();
  await database.schema.dropTable('jobs');
  await database.destroy();
  await t.rejects(openToRead(file), { message: /older version \(without step 0005-jobs\)/ });
  const again = await openDatabase(file);
  t.strictSame(await again('jobs').select(), []);
  await again.destroy();
});

t.test('a damaged file is told as that', async (t) => {
  const file = await newFile(t);
  const fault = (message: RegExp) => (thrown: unknown) =>
    thrown instanceof StartFault && message.test(thrown.message);
  const refused = async (open: typeof openDatabase, message: RegExp) =>
    t.ok(
      await open(file).then(
        () => false,
        (thrown: unknown) => fault(message)(thrown),
      ),
      String(message),
    );
  await mkdir(dirname(file));
  await writeFile(file, 'This is not a database, whatever its name says. '.repeat(100));
  await refused(openDatabase, /The database .* cannot be opened \(SQLITE_NOTADB\)/);
  await refused(openToRead, /The database .* cannot be read \(SQLITE_NOTADB\)/);
  await rm(file);
  await (await openDatabase(file)).destroy();
  const bytes = await readFile(file);
  // The first page says where everything is; its header stays whole.
  await writeFile(file, bytes.fill(0x5a, 100, 4096));
  await refused(openDatabase, /cannot be opened \(SQLITE_CORRUPT\)/);
  await rm(file);
  await mkdir(file);
  await refused(openDatabase, /cannot be made or written \(EISDIR\)/);
});

t.test('there is nothing to read where there is no database, and none is made', async (t) => {
  const file = await newFile(t);
  await t.rejects(openToRead(file), { name: 'StartFault', message: /There is no database/ });
  await t.rejects(stat(file), { code: 'ENOENT' });
});

t.test('who reads cannot write', async (t) => {
  const file = await newFile(t);
  await (await openDatabase(file)).destroy();
  const database = await openToRead(file);
  t.teardown(() => database.destroy());
  await t.rejects(database('jobs').insert({ name: 'x', started_at: 1 }), /SQLITE_READONLY/);
});

t.test('two processes that write at once wait for each other', async (t) => {
  const kept = await KeptLog.make(0);
  t.teardown(() => kept.remove());
  await insertOwner(kept.database);
  const program = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const writers = [1, 2].map(() => {
    const child = spawn(process.execPath, [program, kept.databaseFile, kept.key, 'owner', 'clinic'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { ids: '', faults: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.ids += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.faults += text;
    });
    return { child, said, closed: once(child, 'close') };
  });
  const fewest = () => Math.min(...writers.map(({ said }) => said.ids.split('\n').length - 1));
  const faults = () => writers.map(({ said }) => said.faults).join('');
  await until('both to have written', () => fewest() >= 40 || faults() !== '');
  for (const { child, closed } of writers) {
    child.kill();
    await closed;
  }
  t.equal(faults(), '');
  t.strictSame((await kept.verify()).faults, [], 'and the log is one chain');
});
