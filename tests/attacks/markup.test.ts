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
const app = await RunningApp.start(
  { sites: [{ host: 'localhost', name: 'Clinic', edition: 'med' }] },
  plenty,
);
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
const contactId = await population.contact({ name, subject: MARKUP });
const holdId = await population.hold(member.id, { subject: MARKUP });
const certificate = await population.certificate();
const requestId = await population.request('access', { name, subject: MARKUP });
const erasureId = await population.request('erasure', { name, subject: MARKUP });
const unseenId = await population.request('access', { name, subject: MARKUP });
await population.database('requests').where({ id: unseenId }).update({ identity_checked_at: null });
const subscriptionId = await population.subscription();
// What is done in a department, and by whoever runs it.
const area = await population.clinic.area(clinic, owner.id, { name });
const visitId = await population.clinic.visit(clinic, owner.id, { name });
const appointment = await population.clinic.appointment(clinic, owner.id, { name, subject: MARKUP });
const link = app.app.clinicAppointments.links.tokenOf({ id: appointment.id, linkGeneration: 1 });
await population.clinic.calendarFeed(clinic, owner.id);
const tokenId = (await population.serviceToken(clinic, { name })).id;
const uploadId = await population.clinic.appointmentImport(clinic, owner.id);
await population
  .database('appointment_imports')
  .where({ id: uploadId })
  .update({ content: `name,start\n"${MARKUP.replaceAll('"', '""')}",2099-01-05 10:00\n` });
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
  `/console/contacts/${contactId}`,
  `/console/holds/${holdId}/lift`,
  `/console/retention/certificates/${certificate}`,
  `/console/newsletter/subscribers/${subscriptionId}/end`,
  `/console/requests/${requestId}`,
  `/console/requests/${unseenId}`,
  `/console/requests/${erasureId}/erasure`,
  '/console/audience/sign-in',
  '/clinic',
  `/clinic/visits/${visitId}/enter`,
  `/w/${area.slug}`,
  '/console/appointments',
  `/console/appointments/${appointment.id}`,
  `/console/appointments/new?area=${area.id}`,
  `/console/appointments/import/${uploadId}`,
  '/console/service-tokens',
  `/console/service-tokens/${tokenId}/revoke`,
  `/appointment/${link}`,
  '/account',
  '/my-data',
  '/privacy/request/never-was',
  '/newsletter/confirm/never-was',
  '/newsletter/end/never-was',
  '/r?name=nothing',
  `/r/${slug}`,
  '/',
];

/** Pages that no link leads to for somebody who was here before, without a live meeting or without Matomo. */
const UNREACHED =
  /^\/(?:confirm|cookies\/|first-owner|i|sign-in|console\/meetings\/:id|console\/requests\/:id\/visits|w\/:slug\/|w\/back|w$)(?:\b|$)/;
const NO_PAGE =
  /\.csv$|\.ics$|\.pdf$|\.json$|\/json$|\/live$|\/export$|^\/fhir\/|^\/(?:analytics|assets|site|trust|health|metrics|signalling|favicon|robots|manifest|meeting-files)/;

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

/** Every form with something to type in, sent with it in every field. */
async function* sendForms(typed: string) {
  const pages = await crawl(app, owner.headers, starts);
  const headers = { ...asBrowser, ...owner.headers };
  for (const [path, { text }] of pages) {
    for (const { action, method, fields } of formsOf(text, path)) {
      if (!fields.some(({ isTyped }) => isTyped)) continue;
      const body = new URLSearchParams(
        fields.map((field) => [field.name, field.isTyped ? typed : field.value] as [string, string]),
      ).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer =
        method === 'GET'
          ? await app.ask(`${action}?${body}`, { headers })
          : await app.ask(action, { method: 'POST', headers: { ...headers, ...type }, body });
      yield { form: `${method} ${action}`, answer };
    }
  }
}

t.test('what was typed into a form comes back as text', async (t) => {
  let shown = 0;
  for await (const { form, answer } of sendForms(MARKUP)) {
    t.ok(answer.status < 500 || answer.status === 503, `${form}: ${answer.status}`);
    t.notMatch(answer.text, ALIVE, form);
    if (/Zq&quot;/.test(answer.text)) shown += 1;
  }
  t.ok(shown > 10, `and it did: ${shown} times`);
});

t.test('what was typed into a form becomes no header, of an answer or of a letter', async (t) => {
  const breaks =
    'x\r\nSet-Cookie: evil=1\r\nLocation: https://evil.example/\r\nBcc: evil@evil.example\r\n\r\nevil';
  let sent = 0;
  for await (const { form, answer } of sendForms(breaks)) {
    sent += 1;
    t.ok(answer.status < 500 || answer.status === 503, `${form}: ${answer.status}`);
    t.notMatch(String(answer.headers['set-cookie']), /evil/, form);
    t.notMatch(String(answer.headers.location), /^https:|[\r\n]/, form);
    t.notOk('bcc' in answer.headers, form);
  }
  t.ok(sent > 10, `${sent} forms`);
  const letters: Record<string, string>[] = await population
    .database('letters')
    .select('recipient', 'recipient_name', 'subject', 'site_name');
  for (const letter of letters) t.notMatch(Object.values(letter).join(''), /\p{Cc}/u);
});

t.test('nothing that went wrong was a fault of ours', async (t) => {
  t.strictSame(
    app.log.filter(({ level }) => level === 'error'),
    [],
  );
});
