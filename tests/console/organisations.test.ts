import t from 'tap';
import { AuditLog } from '../../app/audit/audit-log.ts';
import { openDatabase } from '../../app/database/open.ts';
import { Organisations } from '../../app/identity/organisations.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { load, send, textOf } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

const app = await RunningApp.start();
t.teardown(() => app.stop());
const database = await openDatabase(app.databaseFile);
t.teardown(() => database.destroy());
const owner = await signedIn(app, 'owner', { organisation: 'Head Office' });

const idIn = (location: unknown) => /([0-9a-f]{24})/.exec(String(location))?.[1] ?? '';
const rowOf = (id: string) => database('organisations').where({ id }).first();
const dayFrom = (ms: number) => {
  const date = new Date(Date.now() + ms);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

t.test('made, renamed, and its name is its own', async (t) => {
  const made = await send(app, owner, '/console/organisations/new', {
    name: ' Hôpital  Est ',
    started: '2026-01-31',
  });
  t.equal(made.status, 303);
  const id = idIn(made.headers.location);
  t.match(await rowOf(id), {
    name: 'Hôpital Est',
    status: 'active',
    started_at: new Date(2026, 0, 31).getTime(),
  });
  t.match(textOf(await load(app, owner, '/console/organisations?q=hopital')), 'Hôpital Est');

  const twin = await send(app, owner, '/console/organisations/new', {
    name: 'HOPITAL EST',
    started: '2026-01-31',
  });
  t.equal(twin.status, 400);
  t.match(textOf(twin), 'There is an organisation with this name already.');
  for (const started of ['', '2026-02-30', '31.1.2026', '0000-00-00']) {
    const wrong = await send(app, owner, '/console/organisations/new', { name: 'Another', started });
    t.match(textOf(wrong), 'Choose a day.', started);
  }
  t.equal(
    (
      await send(app, owner, `/console/organisations/${id}/edit`, {
        name: 'Hôpital Ouest',
        started: '2026-01-31',
      })
    ).status,
    303,
  );
  t.match(await rowOf(id), { name: 'Hôpital Ouest', sort_name: 'hopital ouest' });
});

t.test('ended: its people are out, and nothing is lost', async (t) => {
  const member = await signedIn(app, 'member', { organisation: 'Clinic End' });
  const path = `/console/organisations/${member.organisationId}`;
  t.equal((await send(app, owner, `${path}/end`, { when: 'now' })).status, 303);
  t.equal((await load(app, member, '/account')).status, 303, 'asked to sign in');
  t.match(await rowOf(member.organisationId), { status: 'ended' });
  t.ok(await database('people').where({ id: member.id }).first());
  t.match(textOf(await load(app, owner, `/console/people/${member.id}`)), 'Subscription ended');

  t.equal((await send(app, owner, `${path}/reactivate`)).status, 303);
  t.match(await rowOf(member.organisationId), { status: 'active', ended_at: null });
  t.same(
    await database('audit')
      .where({ object_id: member.organisationId })
      .whereNot({ action: 'people.listed' })
      .pluck('action'),
    ['organisation.ended', 'organisation.reactivated'],
  );
});

t.test('with a last day it ends by itself', async (t) => {
  const member = await signedIn(app, 'member', { organisation: 'Clinic Later' });
  const path = `/console/organisations/${member.organisationId}`;
  const past = await send(app, owner, `${path}/end`, { ends: '2020-01-01' });
  t.equal(past.status, 400);
  t.match(textOf(past), 'Choose a day after the subscription began.');
  t.equal((await send(app, owner, `${path}/end`, { ends: dayFrom(10 * DAY_MS) })).status, 303);
  t.equal((await load(app, member, '/account')).status, 200, 'not yet');
  t.match(textOf(await load(app, owner, path)), 'Active, end planned');

  const inDays = (days: number) => {
    const clock = () => Date.now() + days * DAY_MS;
    return new Organisations({ database, audit: new AuditLog({ database, key: 'a key', clock }), clock });
  };
  t.equal(await inDays(9).endDue(), 0);
  t.equal(await inDays(12).endDue(), 1);
  t.equal((await load(app, member, '/account')).status, 303);
  t.equal(await inDays(12).endDue(), 0, 'once');
});

t.test('deleted with its name typed, and everything in it', async (t) => {
  const member = await signedIn(app, 'member', { organisation: 'Clinic Gone', email: 'x@gone.example' });
  const path = `/console/organisations/${member.organisationId}/delete`;
  t.match(textOf(await load(app, owner, path)), '1 person');
  const wrong = await send(app, owner, path, { name: 'Clinic' });
  t.equal(wrong.status, 400);
  t.match(textOf(wrong), 'This is not the name of the organisation.');
  t.equal((await send(app, owner, path, { name: 'clinic gone' })).status, 303);
  t.equal(await rowOf(member.organisationId), undefined);
  t.equal(await database('people').where({ id: member.id }).first(), undefined);
  const own = await send(app, owner, `/console/organisations/${owner.organisationId}/delete`, {
    name: 'Head Office',
  });
  t.equal(own.status, 409, 'not the own one');
});

t.test('an administrator sees their own organisation and no other', async (t) => {
  const administrator = await signedIn(app, 'administrator', { organisation: 'Clinic Own' });
  const list = await load(app, administrator, '/console/organisations');
  t.equal(list.status, 303);
  t.equal(list.headers.location, `/console/organisations/${administrator.organisationId}`);
  t.equal(
    (await load(app, administrator, `/console/organisations/${administrator.organisationId}`)).status,
    200,
  );
  for (const path of ['', '/edit', '/end', '/delete', '/people.csv']) {
    t.equal(
      (await load(app, administrator, `/console/organisations/${owner.organisationId}${path}`)).status,
      404,
      path,
    );
  }
  t.equal(
    (
      await send(app, administrator, `/console/organisations/${administrator.organisationId}/end`, {
        when: 'now',
      })
    ).status,
    404,
  );
});
