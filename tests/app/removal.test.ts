import t from 'tap';
import { LOBBY_PLACES, Lobby } from '../../app/meetings/lobby.ts';
import type { Joined, Waiting } from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { joinData, microphone, type SignallingClient } from '../signalling-client.ts';
import { invitedTo } from './invited.ts';
import { MeetingScene } from './meeting-scene.ts';

const appliance = await Appliance.start();
t.teardown(() => appliance.stop());
const scene = await MeetingScene.of(appliance);

/** A host and a guest in a room without a lobby. */
async function two() {
  const room = await scene.room();
  const host = await scene.enter(room, scene.owner, { name: 'Host' });
  const guest = await scene.enter(room, null, { name: 'Guest' });
  return { room, host, guest };
}

/** What a `join` comes to: in, waiting, or the code it is refused with. */
async function tries(client: SignallingClient, room: string, overrides: object = {}): Promise<string> {
  const { ok, error } = await client.request('join', { ...(await joinData(appliance)), room, ...overrides });
  if (error) return error.code;
  return 'waitingFor' in (ok as Joined | Waiting) ? 'waits' : 'in';
}

t.test(
  'a guest who is taken out is out at once, and has to be admitted under whatever name they come back',
  async (t) => {
    const { room, host, guest } = await two();
    await guest.client.request('produce', microphone());
    const waits = await scene.enter(room, null, { name: 'Bystander' });
    await host.client.request('remove', { participantId: guest.id });
    await guest.client.notified('removed');
    await waits.client.notified('participantLeft', ({ participantId }) => participantId === guest.id);
    for (const [request, data] of [
      ['say', { text: 'still here' }],
      ['react', { reaction: 'clap' }],
      ['raiseHand', { raised: true }],
      ['produce', microphone(2222)],
      ['watch', { pictures: [], saver: false }],
      ['takeFile', { fileId: 'x' }],
    ] as const)
      t.equal(await guest.client.outcome(request, data), 'out_of_order', `the old socket: ${request}`);
    t.notOk(
      waits.client.notices.some(({ notification }) => notification === 'said' || notification === 'reacted'),
      'nobody hears of them',
    );

    const { token } = guest.joined.you;
    t.equal(
      await tries(guest.client, room, { token }),
      'removed_from_meeting',
      'the same socket, as themselves',
    );
    t.equal(await tries(guest.client, room), 'waits', 'the same socket, as somebody new');
    t.equal(
      await tries(await scene.socket(null), room, { token, fresh: true }),
      'removed_from_meeting',
      'a new one',
    );
    t.equal(await tries(await scene.socket(null), room, { name: 'Somebody else' }), 'waits', 'a new name');
    const { waiting } = await host.client.notified('waitingChanged', (told) =>
      told.waiting.some(({ name }) => name === 'Somebody else'),
    );
    t.ok(waiting.length >= 2, 'the host sees who comes, in a room without a lobby too');

    t.equal(await tries(await scene.socket(scene.member(0)), room), 'in', 'colleagues come in as before');
    const back = await scene.socket(null);
    const { you } = waits.joined;
    t.equal(await tries(back, room, { token: you.token }), 'in', 'and whoever was in comes back');
    MeetingScene.leave([host, guest, waits]);
  },
);

t.test(
  'an account that is taken out is out with all its windows, and stays out under any name',
  async (t) => {
    const { room, host, guest } = await two();
    const one = await scene.enter(room, scene.member(0), { name: 'At the desk' });
    const other = await scene.enter(room, scene.member(0), { name: 'On the phone' });
    await host.client.request('remove', { participantId: one.id });
    for (const { client } of [one, other]) await client.notified('removed');
    const again = await scene.socket(scene.member(0));
    t.equal(await tries(again, room), 'removed_from_meeting');
    t.equal(await tries(again, room, { name: 'Somebody else' }), 'removed_from_meeting');
    t.equal(await tries(await scene.socket(null), room), 'waits', 'signed out, they have to be admitted');

    for (const { client } of [host, guest]) await client.request('leave', {});
    t.equal(await tries(again, room), 'in', 'once that meeting is over they may come to the next one');
    again.socket.close(1000);
  },
);

t.test('a personal link that is taken out opens nothing for the rest of the meeting', async (t) => {
  const { room, host, guest } = await two();
  const link = await invitedTo(appliance, room, 'Patient');
  const patient = await scene.enter(room, null, { name: 'Patient', invitation: link });
  const second = await scene.enter(room, null, {
    name: 'Family',
    invitation: await invitedTo(appliance, room, 'Family'),
  });
  await host.client.request('remove', { participantId: patient.id });
  await patient.client.notified('removed');
  t.equal(await tries(await scene.socket(null), room, { invitation: link }), 'removed_from_meeting');
  t.equal(
    await tries(await scene.socket(null), room, { invitation: link, name: 'X' }),
    'removed_from_meeting',
  );
  t.equal(
    await tries(await scene.socket(null), room),
    'waits',
    'by the open address they have to be admitted',
  );
  const invitation = await invitedTo(appliance, room, 'Neighbour');
  t.equal(
    await tries(await scene.socket(null), room, { invitation }),
    'in',
    'other personal links open as before',
  );
  MeetingScene.leave([host, guest, second]);
});

t.test('who is taken out while another window of theirs waits loses that place, too', async (t) => {
  const room = await scene.room({ hasLobby: true });
  const host = await scene.enter(room, scene.owner, { name: 'Host' });
  const inside = await scene.socket(scene.member(1));
  const first = (await inside.knock(appliance, { room, name: 'Inside' })) as Waiting;
  const { waiting } = await host.client.notified('waitingChanged', (told) => told.waiting.length === 1);
  await host.client.request('admit', { waitingIds: waiting.map(({ id }) => id) });
  await inside.notified('admitted');
  const joined = await inside.join(appliance, { room, token: first.token });
  const outside = await scene.socket(scene.member(1));
  await outside.knock(appliance, { room, name: 'Outside' });
  await host.client.notified('waitingChanged', (told) => told.waiting.some(({ name }) => name === 'Outside'));
  await host.client.request('remove', { participantId: joined.you.participant.id });
  await outside.notified('denied');
  t.equal(await tries(outside, room), 'removed_from_meeting');
  for (const client of [host.client, inside, outside]) client.socket.close(1000);
});

t.test('so many can wait, and nobody else; those who do keep their place', async (t) => {
  const lobby = new Lobby();
  const place = {
    name: 'Somebody',
    identity: { personId: null, invitationId: null },
    needsAdmission: true,
    waitingFor: 'admission',
    now: 0,
  } as const;
  for (let index = 0; index < LOBBY_PLACES; index += 1) {
    if (lobby.isFullFor(`${index}`)) return t.fail(`full at ${index}`);
    lobby.wait(`${index}`, place);
  }
  t.ok(lobby.isFullFor('one more'));
  t.notOk(lobby.isFullFor('7'), 'who comes back');
  lobby.admit(['7']);
  t.notOk(lobby.isFullFor('one more'), 'a place is free again');
  lobby.close();
});

t.test('the lobby cannot be passed by early arrival, a second socket, or a stale pass', async (t) => {
  const room = await scene.room({ hasLobby: true });
  const early = await scene.socket(null);
  t.equal(await tries(early, room, { name: 'Early' }), 'waits', 'before anybody is there');
  const host = await scene.enter(room, scene.owner, { name: 'Host' });
  t.equal(host.joined.waiting.length, 1);
  t.notOk(
    early.notices.some(({ notification }) => notification === 'admitted'),
    'the host’s coming admits nobody',
  );
  const late = await scene.socket(null);
  const place = (await late.knock(appliance, { room, name: 'Late' })) as Waiting;
  const { waiting } = await host.client.notified('waitingChanged', (told) => told.waiting.length === 2);
  await host.client.request('admit', { waitingIds: waiting.map(({ id }) => id) });
  for (const client of [early, late]) await client.notified('admitted');
  t.equal(
    await tries(await scene.socket(null), room),
    'waits',
    'admitting all admits those who waited, and nobody later',
  );
  const [one, other] = [await scene.socket(null), await scene.socket(null)];
  t.equal(await tries(one, room, { token: place.token }), 'in', 'a pass is good once');
  await one.request('leave', {});
  t.equal(await tries(other, room, { token: place.token }), 'waits', 'and not after leaving');
  for (const client of [early, late, one, other, host.client]) client.socket.close(1000);
});
