import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import type { Joined, Waiting } from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { joinData, microphone, SignallingClient } from '../signalling-client.ts';
import { roomOf } from './room-row.ts';
import { type SignedIn, signedIn } from './signed-in.ts';

const appliance = await Appliance.start();
t.teardown(() => appliance.stop());
const { databaseFile } = appliance;
const owner = await signedIn(appliance, 'member', { name: 'Dr Host' });

const guest = () => SignallingClient.open(appliance);
const as = ({ headers }: SignedIn) => SignallingClient.open(appliance, { cookie: headers.cookie });

/** A room of the owner's, its host in it, and a guest in front of it. */
async function knocking(slug: string, settings: { needsHost?: boolean } = {}) {
  await roomOf(databaseFile, owner, { slug, hasLobby: true, ...settings });
  const host = await as(owner);
  const hosted = await host.join(appliance, { room: slug, name: 'Dr Host' });
  const grace = await guest();
  const waiting = (await grace.knock(appliance, { room: slug, name: 'Grace' })) as Waiting;
  const { waiting: seen } = await host.notified('waitingChanged', ({ waiting }) => waiting.length === 1);
  return { host, hosted, grace, waiting, waitingId: seen[0]?.id ?? '' };
}

t.test('a guest waits, is seen by the host, and comes in when admitted', async (t) => {
  const { host, hosted, grace, waiting, waitingId } = await knocking('lobby');
  t.equal(hosted.you.participant.role, 'host', 'whose room it is hosts it');
  t.equal(waiting.waitingFor, 'admission');
  t.equal(await grace.outcome('produce', microphone()), 'out_of_order', 'who waits sends nothing');
  t.equal(await grace.outcome('admit', { waitingIds: [waitingId] }), 'out_of_order', 'nor admits themselves');

  await host.request('admit', { waitingIds: [waitingId, 'somebody-else'] });
  await grace.notified('admitted');
  const joined = await grace.join(appliance, { room: 'lobby', name: 'Grace', token: waiting.token });
  t.equal(joined.you.participant.role, 'guest');
  t.same(joined.waiting, [], 'guests do not see who waits');
  await host.notified('participantJoined', ({ participant }) => participant.name === 'Grace');
  t.equal(await grace.outcome('admit', { waitingIds: ['x'] }), 'host_needed');
  t.equal(await grace.outcome('lock', { locked: true }), 'host_needed');
  t.equal(await grace.outcome('endMeeting', {}), 'host_needed');

  await grace.request('leave', {});
  const again = await guest();
  const knock = await again.knock(appliance, { room: 'lobby', name: 'Grace', token: joined.you.token });
  t.ok('waitingFor' in knock, 'whoever left has to knock again');
  for (const { socket } of [host, grace, again]) socket.close(1000);
});

t.test('who waits is told nothing of the meeting nor of the others who wait', async (t) => {
  const { host, grace } = await knocking('silence');
  const second = await guest();
  await second.knock(appliance, { room: 'silence', name: 'Second' });
  const { waiting } = await host.notified('waitingChanged', ({ waiting }) => waiting.length === 2);
  t.same(
    waiting.map(({ name }) => name),
    ['Grace', 'Second'],
    'longest first',
  );
  await host.request('lock', { locked: true });
  await host.request('lock', { locked: false });
  const told = [...grace.notices, ...second.notices].map(({ notification }) => notification);
  t.same([...new Set(told)], ['welcome']);

  const late = await as(owner);
  const joined = await late.join(appliance, { room: 'silence', name: 'Dr Host elsewhere' });
  t.equal(joined.waiting.length, 2, 'a host who comes later sees who waits');
  second.socket.close(1000);
  await host.notified(
    'waitingChanged',
    ({ waiting }) => waiting.length === 1 && waiting[0]?.name === 'Grace',
  );
  for (const { socket } of [host, grace, late]) socket.close(1000);
});

t.test('there is no way around the lobby', async (t) => {
  const { host, grace, waiting, waitingId } = await knocking('around');
  const join = async (client: SignallingClient, overrides: object) =>
    (await client.request('join', { ...(await joinData(appliance)), room: 'around', ...overrides })).ok as
      | Joined
      | Waiting;
  t.ok('waitingFor' in (await join(grace, { token: waiting.token })), 'not by asking again');
  t.ok('waitingFor' in (await join(grace, { token: waiting.token, fresh: true })), 'not as a broken session');
  const second = await guest();
  t.ok('waitingFor' in (await join(second, { token: waiting.token })), 'not by a second socket');
  t.ok('waitingFor' in (await join(await guest(), { token: 'forged.1.x' })), 'not by a forged token');
  const third = await guest();
  const other = await third.join(appliance, { room: 'open-elsewhere' });
  t.ok('waitingFor' in (await join(third, { token: other.you.token })), 'not by the token of another room');

  await host.request('deny', { waitingIds: [waitingId] });
  t.ok('waitingFor' in (await join(await guest(), { token: waiting.token })), 'not after a refusal');
  const stranger = await signedIn(appliance, 'member', { organisation: 'Elsewhere' });
  t.ok('waitingFor' in (await join(await as(stranger), {})), 'not with an account of another organisation');
  const administrator = await signedIn(appliance, 'administrator');
  const hosting = (await join(await as(administrator), {})) as Joined;
  t.equal(hosting.you.participant.role, 'host', 'its own administrator hosts it');
  host.socket.close(1000);
});

t.test('whoever comes before the host waits, and comes in with the host if there is no lobby', async (t) => {
  await roomOf(databaseFile, owner, { slug: 'early', needsHost: true });
  const grace = await guest();
  const early = (await grace.knock(appliance, { room: 'early', name: 'Grace' })) as Waiting;
  t.equal(early.waitingFor, 'host');
  const host = await as(owner);
  await host.join(appliance, { room: 'early', name: 'Dr Host' });
  await grace.notified('admitted');
  await grace.join(appliance, { room: 'early', name: 'Grace', token: early.token });

  await roomOf(databaseFile, owner, { slug: 'early-lobby', needsHost: true, hasLobby: true });
  const both = await guest();
  t.match(await both.knock(appliance, { room: 'early-lobby' }), { waitingFor: 'host' });
  const again = await as(owner);
  const joined = await again.join(appliance, { room: 'early-lobby', name: 'Dr Host' });
  await both.notified('waitingForChanged', ({ waitingFor }) => waitingFor === 'admission');
  t.equal(joined.waiting.length, 1);
  for (const { socket } of [host, grace, both, again]) socket.close(1000);
});

t.test('a locked meeting lets nobody else in, also after a restart of the app', async (t) => {
  await roomOf(databaseFile, owner, { slug: 'locked' });
  const host = await as(owner);
  const before = await host.join(appliance, { room: 'locked', name: 'Dr Host' });
  const grace = await guest();
  const inside = await grace.join(appliance, { room: 'locked', name: 'Grace' });
  await host.request('lock', { locked: true });
  await grace.notified('lockChanged', ({ locked }) => locked);
  const data = { ...(await joinData(appliance)), room: 'locked' };
  t.equal(await (await guest()).outcome('join', data), 'meeting_locked');

  await appliance.app.stop();
  await appliance.app.start();
  const back = await guest();
  const returned = await back.join(appliance, { room: 'locked', name: 'Grace', token: inside.you.token });
  t.equal(returned.isLocked, true, 'whoever was in comes back');
  t.equal(await (await guest()).outcome('join', data), 'meeting_locked');
  const hostAgain = await as(owner);
  const hosting = await hostAgain.join(appliance, {
    room: 'locked',
    name: 'Dr Host',
    token: before.you.token,
  });
  t.equal(hosting.you.participant.role, 'host', 'and the host as host');
  t.equal(await hostAgain.outcome('lock', { locked: false }), 'ok');
  t.equal(await (await guest()).outcome('join', data), 'ok');
  hostAgain.socket.close(1000);
});

t.test('a host ends the meeting for everybody, those who wait included', async (t) => {
  const { host, grace, waiting, waitingId } = await knocking('ended');
  await host.request('admit', { waitingIds: [waitingId] });
  await grace.notified('admitted');
  await grace.join(appliance, { room: 'ended', token: waiting.token });
  const outside = await guest();
  await outside.knock(appliance, { room: 'ended', name: 'Outside' });
  await host.request('endMeeting', {});
  for (const client of [host, grace, outside]) await client.notified('meetingEnded');

  const after = await guest();
  t.ok(
    'waitingFor' in (await after.knock(appliance, { room: 'ended', token: waiting.token })),
    'a stale pass',
  );

  const database = await openDatabase(databaseFile);
  t.teardown(() => database.destroy());
  const rows = await until(
    'the end in the audit log',
    () => database('audit').where({ action: 'meeting.ended' }).select('actor_id', 'details'),
    (found) => found.length > 0,
  );
  t.equal(rows[0].actor_id, owner.id);
  const actions = await database('audit').where({ actor_id: owner.id }).pluck('action');
  t.ok(['lobby.admitted', 'lobby.denied', 'meeting.locked'].every((action) => actions.includes(action)));
  t.notMatch(JSON.stringify(await database('audit').select()), /Grace|ended-|Outside/, 'without a name');
  const live = await database('live_meetings').where({ slug: 'ended' });
  t.same(live, [], 'and nothing is left of it');
});

t.test('a room is full at its own limit', async (t) => {
  await roomOf(databaseFile, owner, { slug: 'small', maxParticipants: 2 });
  for (const name of ['One', 'Two']) await (await guest()).join(appliance, { room: 'small', name });
  const data = { ...(await joinData(appliance)), room: 'small' };
  t.equal(await (await guest()).outcome('join', data), 'room_full');
});
