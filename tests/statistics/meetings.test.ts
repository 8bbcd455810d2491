import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import type { Waiting } from '../../app/meetings/messages.ts';
import type { DayRow, FactRow } from '../../app/statistics/store.ts';
import { roomOf } from '../app/room-row.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { microphone, SignallingClient } from '../signalling-client.ts';

const appliance = await Appliance.start({
  sites: [{ host: 'localhost', edition: 'med' }],
  // Its clients learn what the SFU can from the page of any room.
  rooms: { anyone_can_open: true },
});
const database = await openDatabase(appliance.databaseFile);
t.teardown(async () => {
  await database.destroy();
  await appliance.stop();
});

const facts = (): Promise<FactRow[]> => database('call_facts').orderBy('people');
const factsUntil = (count: number) =>
  until(`there are ${count} facts`, facts, (rows) => rows.length === count);

t.test('a live meeting is counted when its last participant leaves', async (t) => {
  const owner = await signedIn(appliance, 'member', { name: 'Dr Host' });
  await roomOf(appliance.databaseFile, owner, { slug: 'counted', hasLobby: true });
  const host = await SignallingClient.open(appliance, { cookie: owner.headers.cookie });
  await host.join(appliance, { room: 'counted', name: 'Dr Host' });
  await host.request('produce', microphone());
  const guests = await Promise.all([0, 1].map(() => SignallingClient.open(appliance)));
  const [grace, henry] = guests;
  if (!grace || !henry) throw new Error('there are two');
  const waiting = (await grace.knock(appliance, { room: 'counted', name: 'Grace' })) as Waiting;
  const { waiting: seen } = await host.notified('waitingChanged', ({ waiting }) => waiting.length === 1);
  await host.request('admit', { waitingIds: seen.map(({ id }) => id) });
  await grace.notified('admitted');
  await grace.join(appliance, { room: 'counted', name: 'Grace', token: waiting.token });
  await henry.knock(appliance, { room: 'counted', name: 'Henry' });
  await host.notified('waitingChanged', ({ waiting }) => waiting.length === 1);
  henry.socket.close(1000);
  await host.notified('waitingChanged', ({ waiting }) => waiting.length === 0);
  t.same(await facts(), [], 'not while it goes on');
  grace.socket.close(1000);
  await host.notified('participantLeft');
  host.socket.close(1000);

  const [fact] = await factsUntil(1);
  t.match(fact, {
    meetings: 1,
    people: 2,
    minutes: 1,
    people_minutes: 2,
    largest: 2,
    with_screen: 0,
    audio_only: 1,
    encryption_known: 0,
    med: 1,
    waited: 1,
    gave_up: 1,
    // No browser was behind the sockets, so no way was found.
    over_udp: 0,
    over_tcp: 0,
    over_relay: 0,
  });
  const own: DayRow[] = await database('call_days').where({ organisation_id: owner.organisationId });
  t.match(own, [{ meetings: 1, people: 2, gave_up: 1 }]);
});

t.test('who waits in vain for a host is counted without a meeting', async (t) => {
  const owner = await signedIn(appliance, 'member', { name: 'Dr Late' });
  await roomOf(appliance.databaseFile, owner, { slug: 'in-vain', needsHost: true });
  const patient = await SignallingClient.open(appliance);
  await patient.knock(appliance, { room: 'in-vain', name: 'Patient' });
  patient.socket.close(1000);
  const [fact] = await factsUntil(2);
  t.match(fact, { meetings: 0, people: 0, gave_up: 1, med: 0 });
});

t.test('a meeting that goes on over a restart of the app is counted once', async (t) => {
  const ana = await SignallingClient.open(appliance);
  const joined = await ana.join(appliance, { room: 'anybody-may', name: 'Ana' });
  await appliance.app.stop();
  await appliance.app.start();
  const back = await SignallingClient.open(appliance);
  await back.join(appliance, { room: 'anybody-may', name: 'Ana', token: joined.you.token });
  t.equal((await facts()).length, 2);
  await back.request('leave', {});
  const rows = await factsUntil(3);
  t.match(rows.at(1), { meetings: 1, people: 1, largest: 1, organisation: null, med: 1 });
  back.socket.close(1000);
});
