import { readFile } from 'node:fs/promises';
import t from 'tap';
import { Chat } from '../../app/meetings/chat.ts';
import {
  type ChatMessage,
  type Joined,
  MAX_CHAT_LENGTH,
  MAX_CHAT_MESSAGES,
} from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import type { SignallingClient } from '../signalling-client.ts';
import { MeetingScene } from './meeting-scene.ts';

const appliance = await Appliance.start();
t.teardown(() => appliance.stop());
const scene = await MeetingScene.of(appliance);

const said = (client: SignallingClient): string[] =>
  client.notices.flatMap(({ notification, data }) =>
    notification === 'said' ? [(data as { message: ChatMessage }).message.text] : [],
  );

t.test('what is written goes to everybody in the meeting, and to nobody else', async (t) => {
  const room = await scene.room({ hasLobby: true });
  const host = await scene.enter(room, scene.owner, { name: 'Host' });
  const elsewhere = await scene.enter(await scene.room(), null);
  const waiting = await scene.socket(null);
  await waiting.knock(appliance, { room, name: 'Waiting' });
  const text = 'Two lines:\n<b>https://example.org/?a=1&b=2</b> – « été »';
  t.equal(await host.client.outcome('say', { text }), 'ok');
  const { message } = await host.client.notified('said');
  t.match(
    message,
    { text, name: 'Host', participantId: host.id },
    'as it was written, the sender told as well',
  );
  t.equal(await waiting.outcome('say', { text: 'let me in' }), 'out_of_order', 'who waits cannot write');
  await waiting.request('ping', {});
  await elsewhere.client.request('ping', {});
  t.same([...said(waiting), ...said(elsewhere.client)], []);
  MeetingScene.leave([host, elsewhere]);
  waiting.socket.close(1000);
});

t.test(
  'who comes later sees what was said since; who comes back sees it all; after the end nobody does',
  async (t) => {
    const room = await scene.room();
    const first = await scene.enter(room, null, { name: 'First' });
    await first.client.request('say', { text: 'before' });
    const second = await scene.enter(room, null, { name: 'Second' });
    t.same(second.joined.chat, [], 'what was said to others stays theirs');
    await first.client.request('say', { text: 'after' });
    const back = async (token: string) => {
      const client = await scene.socket(null);
      const joined = await client.join(appliance, { room, token });
      return { client, texts: joined.chat.map(({ text }) => text) };
    };
    t.same((await back(second.joined.you.token)).texts, ['after']);
    const firstAgain = await back(first.joined.you.token);
    t.same(firstAgain.texts, ['before', 'after']);
    await firstAgain.client.request('leave', {});
    const secondAgain = await back(second.joined.you.token);
    await secondAgain.client.request('leave', {});
    const next = await scene.enter(room, null, { token: first.joined.you.token });
    t.same(next.joined.chat, [], 'gone with the meeting');
    MeetingScene.leave([next]);
  },
);

t.test('a chat has its limits', async (t) => {
  const room = await scene.room();
  const one = await scene.enter(room, null);
  for (const [text, why] of [
    ['', 'nothing'],
    [' \n ', 'blanks'],
    ['a\u202Eb', 'a turn of direction'],
    ['a\u0007b', 'a control character'],
    ['x'.repeat(MAX_CHAT_LENGTH + 1), 'too long'],
  ] as const)
    t.equal(await one.client.outcome('say', { text }), 'invalid_input', why);
  t.equal(await one.client.outcome('say', { text: 'x'.repeat(MAX_CHAT_LENGTH) }), 'ok');
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => one.client.outcome('say', { text: `flood ${index}` })),
  );
  t.ok(outcomes.includes('too_many_requests'), 'a flood is stopped');
  t.ok(outcomes.includes('ok'), 'its beginning is not');
  const gestures = await Promise.all(
    Array.from({ length: 20 }, () => one.client.outcome('react', { reaction: 'heart' })),
  );
  t.ok(gestures.includes('too_many_requests') && gestures.includes('ok'), 'the same for reactions');
  t.equal(
    await one.client.outcome('react', { reaction: '<img>' }),
    'invalid_input',
    'only those that there are',
  );
  MeetingScene.leave([one]);
});

t.test('the chat forgets its oldest messages', async (t) => {
  const chat = new Chat();
  const someone = { id: 'a', name: 'A', joinedAt: 0 } as Parameters<Chat['say']>[0];
  for (let index = 0; index < MAX_CHAT_MESSAGES + 5; index += 1)
    chat.say(someone, String(index), 1000 - index);
  const kept = chat.since(someone);
  t.equal(kept.length, MAX_CHAT_MESSAGES);
  t.equal(kept[0]?.text, '5');
  t.same(
    kept.map(({ sentAt }) => sentAt),
    kept.map(({ sentAt }) => sentAt).sort((one, other) => one - other),
    'in order, though the clock ran backwards',
  );
});

t.test('hands are raised in order, and everybody sees the order', async (t) => {
  const room = await scene.room();
  const host = await scene.enter(room, scene.owner);
  const [one, two, three] = [
    await scene.enter(room, null),
    await scene.enter(room, null),
    await scene.enter(room, null),
  ];
  const raise = ({ client }: typeof host, raised: boolean) => client.outcome('raiseHand', { raised });
  await Promise.all([raise(two, true), raise(three, true)]);
  await raise(one, true);
  await raise(two, true);
  const { handIds } = await host.client.notified('handsChanged', (told) => told.handIds.length === 3);
  t.same(new Set(handIds.slice(0, 2)), new Set([two.id, three.id]));
  t.equal(handIds[2], one.id, 'the last one to raise it; raising it twice changes nothing');
  await raise(two, false);
  const late = await scene.enter(room, null);
  t.same(late.joined.handIds, [three.id, one.id]);
  await raise(two, true);
  await host.client.notified('handsChanged', (told) => told.handIds.at(-1) === two.id);
  t.equal(await one.client.outcome('lowerHands', { participantId: two.id }), 'host_needed');
  await three.client.request('leave', {});
  await host.client.notified('handsChanged', (told) => `${told.handIds}` === `${[one.id, two.id]}`);
  await host.client.request('lowerHands', { participantId: one.id });
  await host.client.notified('handsChanged', (told) => `${told.handIds}` === two.id);
  await host.client.request('lowerHands', { participantId: null });
  await two.client.notified('handsChanged', (told) => told.handIds.length === 0);
  MeetingScene.leave([host, one, two, late]);
});

t.test('a reaction is shown to everybody and kept nowhere', async (t) => {
  const room = await scene.room();
  const one = await scene.enter(room, null);
  const two = await scene.enter(room, null);
  await one.client.request('react', { reaction: 'celebrate' });
  for (const { client } of [one, two])
    t.match(await client.notified('reacted'), { participantId: one.id, reaction: 'celebrate' });
  const late = await scene.enter(room, null);
  t.notMatch(JSON.stringify(late.joined satisfies Joined), /celebrate/);
  MeetingScene.leave([one, two, late]);
});

t.test('nothing of what people write reaches the disk or the log', async (t) => {
  const room = await scene.room();
  const word = 'Zwiebelfisch';
  const one = await scene.enter(room, null, { name: 'Onion' });
  await one.client.request('say', { text: word });
  await one.client.request('offerFile', { name: `${word}.pdf`, bytes: 3 });
  await one.client.request('leave', {});
  await until('the meeting to be written down as over', async () => {
    const next = await scene.enter(room, null);
    MeetingScene.leave([next]);
    return next.joined.participants.length === 0;
  });
  for (const file of [appliance.databaseFile, `${appliance.databaseFile}-wal`]) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    t.equal(bytes.includes(word), false, file.slice(-12));
  }
  t.notMatch(appliance.app.output + appliance.media.output, new RegExp(word));
});
