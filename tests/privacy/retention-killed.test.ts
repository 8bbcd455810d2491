import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { system } from '../../app/audit/audit-log.ts';
import { verifyChain } from '../../app/audit/verification.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { listCertificates, verifyCertificates } from '../../app/privacy/retention/certificates.ts';
import { Archive, KEY } from './archive.ts';

const program = fileURLToPath(new URL('./retaining-process.ts', import.meta.url));
const KILLS = 5;
const PEOPLE = 60;

t.test('killed in the middle again and again, it ends with all erased and all certified', async (t) => {
  const archive = await Archive.make(t);
  const organisationId = await archive.organisation('Clinic North', { endedAt: archive.now - 40 * DAY_MS });
  for (let index = 0; index < PEOPLE; index += 1) {
    const { id, email } = await archive.person(organisationId, `Person Number ${index}`);
    const room = await archive.room(organisationId, id, `Room ${index}`);
    await archive.invitation(room, `Guest ${index}`);
    await archive.letter(email, { personId: id });
  }
  let kills = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = spawn(process.execPath, [program, archive.folder, String(archive.now)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let said = '';
    const closed = once(child, 'close');
    const begun = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const counts = said.split('\n').map(Number);
        if (Math.max(...counts) - (counts[0] ?? 0) >= 20) resolve();
      });
    });
    await Promise.race([begun, closed]);
    child.kill('SIGKILL');
    const [, signal] = await closed;
    if (signal === 'SIGKILL') kills += 1;
    t.same(await archive.database.raw('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    t.same(await archive.database.raw('PRAGMA foreign_key_check'), []);
  }
  t.equal(kills, KILLS, 'it was killed before it was through');
  t.match(await archive.database('jobs').first(), { outcome: null });
  t.ok((await archive.ids('people')).length > 0, 'something was left to do');

  await archive.retention().run(system);
  for (const table of ['people', 'rooms', 'invitations', 'letters', 'organisations']) {
    t.strictSame(await archive.ids(table), [], table);
  }
  const certificates = await listCertificates(archive.database, { limit: 100 });
  const certified = (name: string) =>
    certificates
      .flatMap(({ counts }) => counts)
      .filter(({ category }) => category === name)
      .reduce((sum, { records }) => sum + records, 0);
  for (const name of ['account', 'rooms', 'invitations', 'letters']) {
    t.equal(certified(name), PEOPLE, `each of ${name} is in one certificate`);
  }
  t.strictSame((await verifyCertificates(archive.database, KEY)).faults, []);
  t.strictSame((await verifyChain({ database: archive.database, key: KEY })).faults, []);
});
