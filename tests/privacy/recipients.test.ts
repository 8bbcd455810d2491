import t from 'tap';
import { categories } from '../../app/categories.ts';
import { sees } from '../../app/inventory/data-category.ts';
import { Register } from '../../app/inventory/register.ts';
import { newId } from '../../app/kernel/ids.ts';
import { type Role, roles } from '../../app/kernel/roles.ts';
import { RunningApp } from '../app/running-app.ts';
import { Population } from '../attacks/population.ts';
import { fillIn } from '../attacks/route-parameters.ts';

/**
 * Who sees what: every page, list and file that a role can open, searched for values that stand nowhere else but in one
 * category of personal data of other people. A role may meet only those that name it as a recipient.
 */

const app = await RunningApp.start({}, { rateLimits: { pages: 1e9, misses: 1e9 } });
const population = await Population.of(app);
t.teardown(async () => {
  await population.close();
  await app.stop();
});
const { database } = population;
const register = new Register(categories);

/** A word for each category, in every field of it that a page could show. */
const words = {
  account: 'Quetzalina',
  sign_ins: 'Zephyrfox',
  organisations: 'Xylographia',
  rooms: 'Wolpertinger',
  invitations: 'Vivandière',
  letters: 'Umbelliferous',
  imports: 'Tatzelwurm',
  contacts: 'Sphinxter',
  subscriptions: 'rhadamanthys',
  legal_holds: 'Quibblesome',
  requests: 'Pumpernickel',
  appointments: 'Onomatopoeiac',
  appointment_imports: 'Nincompoopish',
  service_tokens: 'Mumbojumbish',
} as const;

const organisationId = await population.organisation({ name: words.organisations });
const person = await population.person(organisationId, 'member', { name: words.account });
await database('sessions').where({ person_id: person.id }).update({ device: words.sign_ins });
const room = await population.room(organisationId, person.id, { name: words.rooms });
const invitation = await population.invitation(room.id, { name: words.invitations });
const letter = await population.letter(organisationId, person.id, {
  name: words.letters,
  subject: words.letters,
});
const upload = await population.import(organisationId, person.id);
await database('imports')
  .where({ id: upload })
  .update({ content: `name,email\n${words.imports},anna@example.org\n` });
const appointment = await population.clinic.appointment(organisationId, null, {
  name: words.appointments,
  subject: words.appointments,
});
// In an area elsewhere: who works in one is known to the colleagues of their organisation, by name.
const appointmentUpload = await population.clinic.appointmentImport(
  await population.organisation(),
  person.id,
);
await database('appointment_imports')
  .where({ id: appointmentUpload })
  .update({ content: `name,start\n${words.appointment_imports},2099-01-05 10:00\n` });
const slotId = await population.clinic.slot(organisationId);
await database('slots').where({ id: slotId }).update({ area_id: appointment.areaId, state: 'busy' });
await database('appointments').where({ id: appointment.id }).update({ slot_id: slotId });
const serviceToken = await population.serviceToken(organisationId, { name: words.service_tokens });
const contact = await population.contact({ name: words.contacts, subject: words.contacts });
const subscription = newId();
await database('subscriptions').insert({
  id: subscription,
  email: `${words.subscriptions}@example.org`,
  language: 'en',
  text_version: '1',
  asked_at: Date.now(),
  confirmed_at: Date.now(),
});
const request = newId();
await database('requests').insert({
  id: request,
  number: 1_000_000,
  kind: 'access',
  channel: 'letter',
  email: `${words.requests}@example.org`,
  name: words.requests,
  message: words.requests,
  language: 'en',
  received_at: Date.now(),
  due_at: Date.now() + 86_400_000,
  state: 'open',
});
const hold = await population.hold(person.id, { subject: words.legal_holds });
const certificate = await population.certificate();
await app.app.audit.record(
  { kind: 'person', id: person.id, requestId: null },
  { action: 'room.made', object: { kind: 'room', id: room.id }, organisationId },
);

/** What the parameters of a route name; the longest beginning counts. */
const things: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/account/': { id: newId() },
  '/console/appointments/': { id: appointment.id, importId: appointmentUpload, slotId },
  '/console/service-tokens/': { id: serviceToken.id },
  '/console/areas/': { id: appointment.areaId, personId: person.id },
  '/console/contacts/': { id: contact },
  '/console/holds/': { id: hold },
  '/console/letters/': { letterId: letter },
  '/console/meetings/': { id: newId() },
  '/console/newsletter/': { id: subscription },
  '/console/organisations/': { id: organisationId },
  '/console/people/': { id: person.id, importId: upload },
  '/console/requests/': { id: request, number: '1000000' },
  '/console/retention/': { number: certificate },
  '/console/statistics/': { part: 'totals' },
  '/console/rooms/': { id: room.id, invitationId: invitation },
};

const routes = app.app.routeTable.filter(
  ({ method, access, url }) =>
    method === 'GET' && access !== 'anyone' && access !== 'service' && !url.includes('*'),
);

function pathOf(url: string): string {
  if (!url.includes(':')) return url;
  const thing = Object.keys(things).find((beginning) => url.startsWith(beginning));
  return fillIn(url, things[thing ?? ''] ?? { id: newId(), requestId: newId() });
}

const met = new Map<Role, Map<string, string[]>>();
for (const role of roles) {
  const { id, headers } = await population.person(organisationId, role, { name: `Viewer ${role}` });
  // Whoever can work in an area does, so that they meet what is seen there.
  await database('area_members').insert({
    area_id: appointment.areaId,
    person_id: id,
    role: 'secretary',
    gets_letters: 0,
    created_at: Date.now(),
  });
  const found = new Map<string, string[]>();
  for (const { url } of routes) {
    const path = pathOf(url);
    const { status, text } = await app.ask(path, { headers: { accept: '*/*', ...headers } });
    if (status >= 500) t.fail(`${path} answers ${status} to ${role}`);
    if (status !== 200) continue;
    for (const [category, word] of Object.entries(words)) {
      if (text.toLowerCase().includes(word.toLowerCase()))
        found.set(category, [...(found.get(category) ?? []), url]);
    }
  }
  met.set(role, found);
}

for (const role of roles) {
  t.test(`${role} meets no category that does not name them as a recipient`, async (t) => {
    for (const [category, urls] of met.get(role) ?? []) {
      // Members of an organisation know what it is called: it stands on their own account.
      if (category === 'organisations') continue;
      t.ok(sees(role, register.named(category)), `${category} on ${urls.join(', ')}`);
    }
    t.ok(met.has(role));
  });
}

t.test('the search finds what is there to be found', async (t) => {
  const owner = met.get('owner');
  for (const category of ['account', 'organisations', 'rooms', 'invitations', 'letters', 'contacts'])
    t.ok(owner?.has(category), `an owner meets ${category}`);
  for (const role of ['owner', 'administrator', 'member'] as const)
    t.ok(met.get(role)?.has('appointments'), `${role} who works in the area meets appointments`);
  t.ok(met.get('administrator')?.has('service_tokens'));
  for (const category of ['legal_holds', 'requests'])
    t.ok(met.get('dpo')?.has(category), `a data protection officer meets ${category}`);
  t.ok(routes.length > 25, `${routes.length} pages`);
  t.notOk(met.get('member')?.has('account'));
});
