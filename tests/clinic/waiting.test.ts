import t from 'tap';
import { textOf } from '../app/form.ts';
import { Ward } from './ward.ts';

const MINUTE_MS = 60_000;

const ward = await Ward.open();
t.teardown(() => ward.close());

t.test('a patient comes in, waits, is taken and seen to the end', async (t) => {
  const area = await ward.area({ name: 'Dermatology' });
  const doctor = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const watching = await doctor.watch();
  await watching.until('the first view', ({ type }) => type === 'view');

  const patient = ward.patient(area.slug);
  const door = await patient.load();
  t.equal(door.status, 200);
  t.match(textOf(door), 'Dermatology');
  t.equal((await patient.comeIn({ name: 'Paul Petit' })).status, 303);
  const arrived = await watching.until(
    'the arrival',
    (message) => message.type === 'visit' && message.visit.name === 'Paul Petit',
  );
  t.equal(arrived.type === 'visit' && arrived.visit.state, 'waiting');

  const page = await patient.wait();
  const first = await page.until('the first hold view', ({ hold }) => hold.state === 'waiting');
  t.equal(first.hold.place, 1);
  t.equal(first.hold.number, 1);
  await watching.until(
    'that somebody is there',
    (message) => message.type === 'visit' && message.visit.lostAt === null,
  );

  const id = await doctor.idOf('Paul Petit');
  t.equal((await doctor.act(`/clinic/visits/${id}/message`, { text: 'At about 12:10.' })).status, 200);
  await page.until('the message', ({ hold }) => hold.messages[0]?.text === 'At about 12:10.');

  t.same(await doctor.act(`/clinic/visits/${id}/take`), {
    status: 200,
    said: { path: `/clinic/visits/${id}/enter` },
  });
  const called = await page.until('the call', ({ hold }) => hold.state === 'called');
  t.equal(called.hold.enterPath, `/w/${area.slug}/enter`);
  const enter = await patient.load(`/w/${area.slug}/enter`);
  t.match(enter.headers.location, /^\/i\/[\w-]{38}$/);
  const room = await doctor.load(`/clinic/visits/${id}/enter`);
  t.match(room.headers.location, /^\/r\/visit-[a-z0-9]{16}$/);

  ward.now += 10 * MINUTE_MS;
  t.equal((await doctor.act(`/clinic/visits/${id}/end`)).status, 200);
  const ended = await page.until('the end', ({ hold }) => hold.state === 'ended');
  t.equal(ended.hold.outcome, 'seen');
  t.equal(ended.hold.enterPath, null);
  t.same(await ward.database('rooms').where({ is_hidden: 1 }), [], 'the room is gone');
  t.same(await ward.database('invitations'), [], 'and the links into it');
});
