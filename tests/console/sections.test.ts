import t from 'tap';
import { type permissions, reachOf } from '../../app/kernel/permissions.ts';
import { roles } from '../../app/kernel/roles.ts';
import { linksOf, load } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { accountsOf } from './roles.ts';

const app = await RunningApp.start();
t.teardown(() => app.stop());
const accounts = await accountsOf(app);

/** Pages of the console that need no id, with the permission that opens them. */
const pages = {
  '/console/people': 'people.read',
  '/console/people/new': 'people.write',
  '/console/people/import': 'people.write',
  '/console/organisations': 'organisations.read',
  '/console/organisations/new': 'organisations.write',
  '/console/statistics': 'statistics.read',
  '/console/settings': 'settings.read',
  '/console/health': 'health.read',
} as const satisfies Record<string, keyof typeof permissions>;

for (const role of roles) {
  t.test(`${role}: each page opens, or is not there`, async (t) => {
    for (const language of ['en', 'fr']) {
      for (const [path, permission] of Object.entries(pages)) {
        const page = await load(app, accounts[role], `${path}?lang=${language}`);
        const opens = reachOf(role, permission) !== null;
        // An administrator's only organisation is shown at once.
        const wanted = opens
          ? role === 'administrator' && path === '/console/organisations'
            ? 303
            : 200
          : 404;
        t.equal(page.status, wanted, `${path} ${language}`);
      }
    }
  });

  t.test(`${role}: the navigation leads to what opens, and to nothing else`, async (t) => {
    const home = await load(app, accounts[role], '/console/rooms');
    const links = new Set(linksOf(home, /^\/console(\/[a-z]+)?$/));
    for (const link of links) t.ok((await load(app, accounts[role], link)).status < 400, link);
    for (const [path, permission] of Object.entries(pages)) {
      if (/new|import/.test(path)) continue;
      t.equal(links.has(path), reachOf(role, permission) !== null, path);
    }
    t.match(home.text, /aria-current="page"/);
  });
}
