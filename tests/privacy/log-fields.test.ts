import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import ts from 'typescript';
import { categories } from '../../app/categories.ts';
import { logFields } from '../../app/inventory/log-fields.ts';
import { Register } from '../../app/inventory/register.ts';
import { newId } from '../../app/kernel/ids.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { fieldsOf, loggedFields } from './logged-fields.ts';

const checkout = join(import.meta.dirname, '../..');
const register = new Register(categories);

/** What the loggers themselves add to what is handed to them: the app's (app/edge/log.ts), and pino's own at the SFU. */
const own = ['level', 'time', 'msg', 'requestId', 'reqId', 'pid', 'hostname'];
const ofErrors = ['type', 'message', 'code', 'stack'].flatMap((each) => [`err.${each}`, `err.cause.${each}`]);

t.test('what the programs log is what the list says', async (t) => {
  const programs = globSync(['app/**/*.ts', 'media/**/*.ts'], { cwd: checkout })
    .filter((name) => !name.startsWith(join('app', 'client')))
    .map((name) =>
      ts.createSourceFile(name, readFileSync(join(checkout, name), 'utf8'), ts.ScriptTarget.Latest, true),
    );
  const { fields, calls, unread } = loggedFields(programs);
  t.ok(calls > 25, `${calls} calls`);
  t.strictSame(unread, [], 'each call names its fields where it stands');
  const wanted = new Set([...own, ...fields].flatMap((field) => (field === 'err' ? ofErrors : [field])));
  t.strictSame(Object.keys(logFields).sort(), [...wanted].sort());
});

t.test(
  'a field that says something of a person belongs to a category, and the others have a reason',
  async (t) => {
    for (const [field, reason] of Object.entries(logFields)) {
      const owner = register.ownerOf(`log.${field}`);
      t.equal(owner === null, reason !== null, field);
      if (reason !== null) t.match(reason, /^[A-Z/].{8,}\.$/, field);
    }
    for (const field of categories.flatMap(({ fields }) => fields).filter((each) => each.startsWith('log.')))
      t.ok(field.slice('log.'.length) in logFields, field);
  },
);

t.test('what a running app logs is in the list, and holds nothing of what people typed', async (t) => {
  const app = await exercised(t);
  const found = new Set(app.log.flatMap((line) => fieldsOf(line)));
  t.ok(found.has('address') && found.has('route') && found.has('err.message'), [...found].join(' '));
  t.strictSame(
    [...found].filter((field) => !(field in logFields)),
    [],
  );
  const written = JSON.stringify(app.log);
  for (const value of typed) t.notOk(written.includes(value), `${value} is not in the log`);
});

const typed = ['quetzal', 'zephyrine', 'xylophage', '127.0.0.1'];

/** An app that was asked for much, and refused some of it. */
async function exercised(t: Test): Promise<RunningApp> {
  // Nobody listens there: letters are refused.
  const mail = { host: '127.0.0.1', port: 9, from_address: 'meet@example.org' };
  const app = await RunningApp.start({ mail, sites: [{ host: 'localhost' }] });
  t.teardown(() => app.stop());
  const owner = await signedIn(app, 'owner', { name: 'Zephyrine Quetzal', email: 'zephyrine@example.org' });
  const headers = { ...asBrowser, ...owner.headers };
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  const ask = (path: string) => app.ask(path, { headers });
  for (const { method, url, access } of app.app.routeTable) {
    if (method === 'GET' && access !== 'anyone') await ask(url.replace(/:\w+/g, newId()));
  }
  for (const path of [
    '/',
    '/xylophage',
    '/r/xylophage',
    '/nothing/xylophage?token=xylophage',
    '/privacy',
    '/trust',
  ])
    await ask(path);
  await app.ask('/sign-in', { method: 'POST', headers: form, body: 'email=zephyrine%40example.org' });
  await app.ask('/sign-in', { method: 'POST', headers: form, body: 'email=nobody-xylophage' });
  // A fault within, as when the disk is full.
  app.app.log.error({ err: new Error('a fault', { cause: new Error('its cause') }) }, 'a request failed');
  return app;
}
