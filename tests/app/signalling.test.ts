import t from 'tap';
import { closeCodes, MAX_MESSAGE_BYTES, PROTOCOL_VERSION } from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { joinData, microphone, SignallingClient } from '../signalling-client.ts';

const appliance = await Appliance.start({ media: { participants_per_room: 3 } });
t.teardown(() => appliance.stop());

const open = () => SignallingClient.open(appliance);

t.test('join answers everything in one round trip', async (t) => {
  const ada = await open();
  await ada.notified('welcome', ({ version }) => version === PROTOCOL_VERSION);
  const first = await ada.join(appliance, { room: 'one-trip', name: '  Ada  ' });
  t.match(first, {
    you: { participant: { name: 'Ada', connected: true }, producers: [] },
    participants: [],
    consumers: [],
  });
  t.ok(first.sendTransport.iceCandidates.length > 0);
  t.not(first.sendTransport.id, first.recvTransport.id);
  const { producerId } = (await ada.request('produce', microphone())).ok as { producerId: string };

  const grace = await open();
  const second = await grace.join(appliance, { room: 'one-trip', name: 'Grace' });
  t.same(second.participants, [{ ...first.you.participant }]);
  t.equal(second.consumers.length, 1);
  t.match(second.consumers[0], {
    producerId,
    producerPeerId: first.you.participant.id,
    source: 'microphone',
  });
  await ada.notified('participantJoined', ({ participant }) => participant.name === 'Grace');

  await grace.request('produce', microphone(2222));
  await ada.notified(
    'consumerAdded',
    ({ consumer }) => consumer.producerPeerId === second.you.participant.id,
  );
  await ada.request('pauseProducer', { producerId });
  await grace.notified('producerPausedChanged', (data) => data.producerId === producerId && data.paused);
  await ada.request('closeProducer', { producerId });
  await grace.notified('producerClosed', (data) => data.producerId === producerId);
  await ada.request('leave', {});
  await grace.notified('participantLeft', ({ participantId }) => participantId === first.you.participant.id);
  grace.socket.close(1000);
});

t.test('a lost socket comes back as the same participant, with the same transports', async (t) => {
  const ada = await open();
  const before = await ada.join(appliance, { room: 'lost-socket' });
  await ada.request('produce', microphone());
  const grace = await open();
  await grace.join(appliance, { room: 'lost-socket', name: 'Grace' });
  ada.socket.terminate();
  const { id } = before.you.participant;
  await grace.notified(
    'participantConnectionChanged',
    (data) => data.participantId === id && !data.connected,
  );

  const again = await open();
  const after = await again.join(appliance, { room: 'lost-socket', token: before.you.token });
  await grace.notified('participantConnectionChanged', (data) => data.participantId === id && data.connected);
  t.equal(after.you.participant.id, id);
  t.equal(after.sendTransport.id, before.sendTransport.id);
  t.equal(after.you.producers.length, 1);
  t.equal(after.participants.length, 1);

  const fresh = await again.join(appliance, { room: 'lost-socket', token: after.you.token, fresh: true });
  t.equal(fresh.you.participant.id, id);
  t.not(fresh.sendTransport.id, before.sendTransport.id, 'a broken session gets other transports');
  t.same(fresh.you.producers, []);

  const elsewhere = await open();
  await elsewhere.join(appliance, { room: 'lost-socket', token: after.you.token });
  t.equal(await again.closed(), closeCodes.replaced, 'the older socket is closed');
  t.equal(grace.notices.filter(({ notification }) => notification === 'participantLeft').length, 0);
  for (const { socket } of [grace, elsewhere]) socket.close(1000);
});

t.test('a token is good for its own room only, and a forged one for none', async (t) => {
  const ada = await open();
  const { you } = await ada.join(appliance, { room: 'token-a' });
  for (const [room, token] of [
    ['token-b', you.token],
    ['token-a', `${you.token.slice(0, -2)}AA`],
    ['token-a', `${you.participant.id}.zzzzzzzz.x`],
    ['token-a', '..'],
  ] as const) {
    const other = await open();
    const joined = await other.join(appliance, { room, token });
    t.not(joined.you.participant.id, you.participant.id);
    await other.request('leave', {});
    other.socket.close(1000);
  }
  ada.socket.close(1000);
});

t.test('what is wrong is answered with its code', async (t) => {
  const ada = await open();
  const valid = await joinData(appliance);
  t.equal(await ada.outcome('produce', microphone()), 'out_of_order');
  t.equal(await ada.outcome('leave', {}), 'out_of_order');
  t.equal(await ada.outcome('ping', {}), 'ok');
  t.equal(await ada.outcome('fly', {}), 'unknown_request');
  t.equal(await ada.outcome('constructor', {}), 'unknown_request');
  t.equal(await ada.outcome('__proto__', {}), 'unknown_request');
  t.equal(await ada.outcome('join', null), 'invalid_input');
  t.equal(await ada.outcome('join', { ...valid, name: '   ' }), 'invalid_name');
  t.equal(await ada.outcome('join', { ...valid, name: 'A\u202Eda' }), 'invalid_name');
  t.equal(await ada.outcome('join', { ...valid, room: 'Not A Slug' }), 'invalid_input');
  t.equal(await ada.outcome('join', { ...valid, rtpCapabilities: { codecs: 'all' } }), 'invalid_input');
  t.equal(await ada.outcome('join', { ...valid, extra: true }), 'invalid_input');
  t.equal(await ada.outcome('join', valid), 'ok');
  t.equal(await ada.outcome('produce', { ...microphone(), kind: 'video' }), 'invalid_input');
  t.equal(await ada.outcome('produce', microphone()), 'ok');
  t.equal(await ada.outcome('produce', microphone(3333)), 'already_sending');
  const { error } = await ada.request('produce', microphone(4444));
  t.match(error?.message, /\w+ \w+/, 'with a sentence for the person');
  ada.socket.close(1000);

  const old = await open();
  t.equal(await old.outcome('join', { ...valid, version: PROTOCOL_VERSION + 1 }), 'version_mismatch');
  t.equal(await old.closed(), closeCodes.versionMismatch);
});

t.test("somebody else's things are answered like things that do not exist", async (t) => {
  const ada = await open();
  const hers = await ada.join(appliance, { room: 'mine' });
  const { producerId } = (await ada.request('produce', microphone())).ok as { producerId: string };
  for (const room of ['mine', 'other']) {
    const eve = await open();
    await eve.join(appliance, { room, name: 'Eve' });
    for (const [request, own, none] of [
      ['closeProducer', { producerId }, { producerId: 'nothing' }],
      ['pauseProducer', { producerId }, { producerId: 'nothing' }],
      ['restartIce', { transportId: hers.sendTransport.id }, { transportId: 'nothing' }],
    ] as const) {
      const { error } = await eve.request(request, own);
      t.equal(error?.code, 'not_found', `${request} from room ${room}`);
      t.same((await eve.request(request, none)).error, error);
    }
    eve.socket.close(1000);
  }
  t.equal(
    ada.notices.some(({ notification }) => notification.startsWith('producer')),
    false,
  );
  ada.socket.close(1000);
});

t.test('a full room lets nobody in, but whoever was in comes back', async (t) => {
  const clients = await Promise.all([open(), open(), open()]);
  const [first] = await Promise.all(clients.map((client) => client.join(appliance, { room: 'full' })));
  const late = await open();
  t.equal(await late.outcome('join', { ...(await joinData(appliance)), room: 'full' }), 'room_full');
  clients[0]?.socket.terminate();
  const joined = await late.join(appliance, { room: 'full', token: first?.you.token ?? '' });
  t.equal(joined.you.participant.id, first?.you.participant.id);
  for (const { socket } of [...clients, late]) socket.close(1000);
});

t.test('what is no message ends the socket with a close code', async (t) => {
  for (const [what, payload, code] of [
    ['no JSON', 'hello', closeCodes.malformed],
    ['no object', '[]', closeCodes.malformed],
    ['no id', '{"request":"ping","data":{}}', closeCodes.malformed],
    ['binary', Buffer.from('{"id":1,"request":"ping","data":{}}'), closeCodes.malformed],
    [
      'too large',
      JSON.stringify({ id: 1, request: 'ping', data: 'x'.repeat(MAX_MESSAGE_BYTES) }),
      closeCodes.tooLarge,
    ],
  ] as const) {
    const client = await open();
    client.socket.send(payload);
    t.equal(await client.closed(), code, what);
  }
  const flood = await open();
  for (let id = 0; id < 1000; id += 1) flood.socket.send(JSON.stringify({ id, request: 'ping', data: {} }));
  t.equal(await flood.closed(), closeCodes.tooMany, 'too many');
});

t.test("another site's page cannot open the socket", async (t) => {
  for (const origin of ['https://evil.example', 'null', 'https://127.0.0.1:1']) {
    await t.rejects(SignallingClient.open(appliance, { origin }), { message: /403/ }, origin);
  }
  const own = await SignallingClient.open(appliance, { origin: new URL(appliance.url()).origin });
  t.equal(await own.outcome('ping', {}), 'ok');
  own.socket.close(1000);
});
