import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { load, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

const app = await RunningApp.start({
  sites: [{ host: 'localhost', name: 'Clinic <b>North</b>' }],
  controller: { name: 'Hospital group' },
});
t.teardown(() => app.stop());
const file = join(app.folder, 'linkello.yaml');
const technician = await signedIn(app, 'technical');

/** What a row of the page says. */
function rowOf(page: { readonly text: string }, path: string): string {
  const id = `setting-${path.replaceAll(/[^\w]+/g, '-')}`;
  const [, row = ''] = new RegExp(`<tr id="${id}">(.*?)</tr>`, 's').exec(page.text) ?? [];
  return textOf({ text: row }).trim();
}

t.test('every value with its source', async (t) => {
  const page = await load(app, technician, '/console/settings');
  t.equal(page.status, 200);
  t.match(rowOf(page, 'controller.name'), /Hospital group Line 5 app$/);
  t.match(rowOf(page, 'sites[0].name'), /Clinic <b>North<\/b> Line 3/);
  t.match(rowOf(page, 'media.port'), /44300 Default app, media: calls are interrupted, relay$/);
  t.match(rowOf(page, 'media.workers'), /\d+ Automatic one a core/);
  t.match(rowOf(page, 'turn.port'), /3478 Default app, relay$/);
  t.match(textOf(page), file);
  t.notMatch(page.text, '<b>North');
});

t.test('no secret, only where it is', async (t) => {
  const page = await load(app, technician, '/console/settings');
  t.match(rowOf(page, 'media.secret_file'), /– Automatic made on first start/);
  t.notMatch(page.text, /[0-9a-f]{32,}(?!\.)/);
});

t.test('found by its name, purpose and value, without script', async (t) => {
  const found = await load(app, technician, '/console/settings?q=hospital');
  t.match(rowOf(found, 'controller.name'), 'Hospital group');
  t.equal(rowOf(found, 'media.port'), '');
  t.match(
    rowOf(await load(app, technician, '/console/settings?q=SFU%20controls'), 'media.control'),
    'media.control',
  );
  t.match(textOf(await load(app, technician, '/console/settings?q=nothing-of-the-kind')), 'Nothing matches');
});

t.test('a file that was changed since is told of; a wrong one with its faults', async (t) => {
  await writeFile(
    file,
    'sites:\n  - host: localhost\n    name: Clinic <b>North</b>\n\n\ncontroller:\n  name: Other group\n',
  );
  const changed = await load(app, technician, '/console/settings');
  t.match(textOf(changed), 'The file was changed since the start.');
  t.match(rowOf(changed, 'controller.name'), /Hospital group changed in the file Line 7/);
  t.notMatch(rowOf(changed, 'media.port'), 'changed');

  await writeFile(file, 'https: { port: 99999 }\n');
  const wrong = await load(app, technician, '/console/settings');
  t.match(textOf(wrong), /The file is wrong as it is now.*1: https\.port must be a whole number/);
  await writeFile(file, '\tx');
  t.equal((await load(app, technician, '/console/settings')).status, 200);
});

t.test('looking is in the log', async (t) => {
  const database = await openDatabase(app.databaseFile);
  t.teardown(() => database.destroy());
  const rows = await database('audit').where({ action: 'settings.viewed', actor_id: technician.id });
  t.ok(rows.length > 0);
});
