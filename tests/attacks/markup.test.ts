import t from 'tap';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { crawl } from './crawl.ts';
import { formsOf } from './page-reading.ts';
import { Population } from './population.ts';

/** HTML, script, a template of our own, the end of whatever it stands in, and what ICU would take for a gap. */
const markup = (mark: string) =>
  `${mark}"'><img src=x onerror=evil()></textarea></title></script><script>evil()</script>{{evil}}{n}`;
const MARKUP = markup('Zq');
/** As no page may have it: a tag of it, an attribute that it ended. */
const ALIVE = /<img src=x|<script>evil|"'><|Z[qo]"|Z[qo]&quot;'>/;

const plenty = { rateLimits: { pages: 1e9, misses: 1e9 } };
const app = await RunningApp.start({}, plenty);
const population = await Population.of(app);
t.teardown(async () => {
  await population.close();
  await app.stop();
});

const name = MARKUP;
const clinic = await population.organisation({ name });
// Who is in the head of every page.
const owner = await population.person(clinic, 'owner', { name: markup('Zo') });
const member = await population.person(clinic, 'member', { name });
const other = await population.organisation({ name: `${name} 2` });
const { id: roomId, slug } = await population.room(clinic, owner.id, { name });
const invitationId = await population.invitation(roomId, { name });
const letterId = await population.letter(clinic, owner.id, { name, subject: MARKUP });
const importId = await population.import(clinic, owner.id);
await population
  .database('imports')
  .where({ id: importId })
  .update({ content: `name,email\n"${MARKUP.replaceAll('"', '""')}",x@example.org\n` });
await population.database('sessions').update({ device: MARKUP });
for (const object of [
  { kind: 'room', id: roomId },
  { kind: 'invitation', id: invitationId },
  { kind: MARKUP, id: MARKUP },
]) {
  await app.app.audit.record(
    { kind: 'person', id: owner.id, requestId: null },
    { action: 'room.viewed', organisationId: clinic, object, details: { [MARKUP]: MARKUP } },
  );
}
const starts = [
  '/console',
  '/console/setup',
  '/console/people',
  '/console/organisations',
  '/console/rooms',
  '/console/meetings',
  '/console/letters',
  '/console/settings',
  '/console/audit',
  '/console/health',
  `/console/people/import/${importId}`,
  `/console/letters/${letterId}/content`,
  `/console/people/${member.id}`,
  `/console/organisations/${other}`,
  '/account',
  '/r?name=Zq',
  `/r/${slug}`,
  '/',
];

/** Pages that no link leads to for somebody who was here before, or without a live meeting. */
const UNREACHED = /^\/(?:confirm|first-owner|i|sign-in|console\/meetings\/:id)\b/;
const NO_PAGE = /\.csv$|\/export$|^\/(?:assets|site|trust|health|metrics|signalling|favicon|robots)/;

t.test('whatever people typed is text on every page', async (t) => {
  const pages = await crawl(app, owner.headers, starts);
  t.ok(pages.size > 30, `${pages.size} pages`);
  let shown = 0;
  for (const [path, { status, headers, text }] of pages) {
    t.ok(status < 500 || status === 503, `${path}: ${status}`);
    if (!/html/.test(String(headers['content-type']))) continue;
    t.notMatch(text, ALIVE, path);
    if (/Zq&quot;&#x27;&gt;&lt;img/.test(text)) shown += 1;
  }
  const paths = [...pages.keys()].map((path) => path.split('?')[0] ?? '');
  for (const { method, url } of app.app.routeTable) {
    if (method !== 'GET' || UNREACHED.test(url) || NO_PAGE.test(url)) continue;
    const pattern = new RegExp(`^${url.replaceAll(/:\w+/g, '[^/]+')}$`);
    t.ok(
      paths.some((path) => pattern.test(path)),
      `${url} was looked at`,
    );
  }
  t.comment(`${pages.size} pages, ${shown} with it`);
  t.ok(shown > 20, `and it was shown: on ${shown} pages`);
});

t.test('what was typed into a form comes back as text', async (t) => {
  const pages = await crawl(app, owner.headers, starts);
  let shown = 0;
  for (const [path, { text }] of pages) {
    for (const { action, method, fields } of formsOf(text, path)) {
      if (!fields.some(({ isTyped }) => isTyped)) continue;
      const typed = new URLSearchParams(
        fields.map((field) => [field.name, field.isTyped ? MARKUP : field.value] as [string, string]),
      );
      const headers = { ...asBrowser, ...owner.headers };
      const answer =
        method === 'GET'
          ? await app.ask(`${action}?${typed}`, { headers })
          : await app.ask(action, {
              method: 'POST',
              headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
              body: typed.toString(),
            });
      t.ok(answer.status < 500 || answer.status === 503, `${method} ${action}: ${answer.status}`);
      t.notMatch(answer.text, ALIVE, `${method} ${action}`);
      if (/Zq&quot;/.test(answer.text)) shown += 1;
    }
  }
  t.comment(`${shown} forms`);
  t.ok(shown > 10, `and it did: ${shown} times`);
});

t.test('nothing that went wrong was a fault of ours', async (t) => {
  t.strictSame(
    app.log.filter(({ level }) => level === 'error'),
    [],
  );
});
