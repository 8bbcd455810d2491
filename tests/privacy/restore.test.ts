import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { buildServer } from '../../app/server.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { linkello } from '../config/linkello.ts';

t.test('whoever was erased after a backup stays erased when it is put back', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const owner = await signedIn(running, 'owner', { name: 'Olive Owner' });
  await running.app.audit.record(
    { kind: 'person', id: owner.id, requestId: null },
    { action: 'person.made' },
  );
  const gone = await signedIn(running, 'member', { name: 'Ada Lovelace', email: 'ada@example.org' });
  await signedIn(running, 'member', { name: 'Bob Brown' });
  const env = {
    LINKELLO_CONFIG: join(running.folder, 'linkello.yaml'),
    LINKELLO_DATA: join(running.folder, 'data'),
  };
  const backup = join(running.folder, 'backup.tar.gz');
  t.match(await linkello(['backup', backup], { env }), { code: 0 });

  const database = await openDatabase(running.databaseFile);
  // As an administrator does it, in the console.
  await database('people').where({ id: gone.id }).delete();
  await database.destroy();
  // What it had no time to do by then it does as it ends.
  await running.app.close();

  const refused = await linkello(['restore', backup], { env });
  t.match(refused, { code: 1, stderr: /by erasures\.jsonl, whoever was erased/ });
  for (const end of ['', '-wal', '-shm']) await rm(`${running.databaseFile}${end}`, { force: true });
  const restored = await linkello(['restore', backup], { env });
  t.match(restored, { code: 0, stdout: /2 people, 0 rooms\.\nErased again, .*: 1\./ });
  const again = await openDatabase(running.databaseFile);
  t.same(await again('people').orderBy('name').pluck('name'), ['Bob Brown', 'Olive Owner']);
  t.match(await again('audit').where({ action: 'erasure.replayed' }), [{ object_id: gone.id }]);
  await again.destroy();
  t.match(await linkello(['retention', 'verify'], { env }), { code: 0, stdout: /certificate is whole/ });
  t.match(await linkello(['audit', 'verify'], { env }), { code: 0 });
});

t.test('also when the file is put back by hand', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'localhost' }] });
  t.teardown(() => running.stop());
  const gone = await signedIn(running, 'member', { name: 'Ada Lovelace', email: 'ada@example.org' });
  await signedIn(running, 'member', { name: 'Bob Brown' });
  const copy = join(running.folder, 'copy.sqlite');
  const database = await openDatabase(running.databaseFile);
  await database.raw('VACUUM INTO ?', [copy]);
  await database('people').where({ id: gone.id }).delete();
  await database.destroy();
  await running.app.close();
  await copyFile(copy, running.databaseFile);
  await rm(copy);
  const config = await loadConfig({
    LINKELLO_CONFIG: join(running.folder, 'linkello.yaml'),
    LINKELLO_DATA: join(running.folder, 'data'),
  });
  const secret = await readSecret(config, 'audit');
  const secrets = { mediaControl: secret, turn: secret, sessions: secret, audit: secret };
  const again = await buildServer({ config, secrets, logStream: { write() {} } });
  await again.close();
  const after = await openDatabase(running.databaseFile);
  t.same(await after('people').pluck('name'), ['Bob Brown']);
  await after.destroy();
});
