import fc from 'fast-check';
import t from 'tap';
import { Rig } from './rig.ts';
import { camera, dtlsParameters, everything, microphone } from './rtp.ts';

t.setTimeout(120_000);

/** A value with one part of it replaced, left out or doubled. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      true,
      '',
      '0',
      -1,
      0,
      1,
      2 ** 31,
      2 ** 53,
      1e308,
      0.5,
      [],
      {},
      [[]],
      'x'.repeat(300),
    ),
    fc.string(),
    fc.integer(),
    fc.jsonValue({ maxDepth: 2 }),
  );
  if (Array.isArray(value) && value.length > 0) {
    return fc.oneof(
      { weight: 1, arbitrary: odd },
      {
        weight: 6,
        arbitrary: fc
          .nat(value.length - 1)
          .chain((index) =>
            fc.oneof(
              { weight: 4, arbitrary: mutated(value[index]).map((part) => value.with(index, part)) },
              { weight: 1, arbitrary: fc.constant(value.toSpliced(index, 1)) },
              { weight: 1, arbitrary: fc.constant([...value, value[index]]) },
            ),
          ),
      },
    );
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    const entries = Object.entries(value);
    return fc.oneof(
      { weight: 1, arbitrary: odd },
      {
        weight: 8,
        arbitrary: fc.nat(entries.length - 1).chain((index) =>
          fc.oneof(
            {
              weight: 6,
              arbitrary: mutated(entries[index]?.[1]).map((part) =>
                Object.fromEntries(entries.with(index, [entries[index]?.[0] ?? '', part])),
              ),
            },
            { weight: 1, arbitrary: fc.constant(Object.fromEntries(entries.toSpliced(index, 1))) },
            {
              weight: 1,
              arbitrary: fc.tuple(fc.string(), odd).map((added) => Object.fromEntries([...entries, added])),
            },
          ),
        ),
      },
    );
  }
  return odd;
}

t.test('no body makes the SFU or its worker fail', async (t) => {
  const rig = await Rig.start(t);
  const { client } = rig;
  const pid = rig.workerPid();
  const ana = await rig.join('room', 'ana');
  await rig.join('room', 'ben');
  const { producerId } = await rig.produce('room', 'ana');
  const peer = '/rooms/room/peers/ana';

  const calls = [
    {
      method: 'PUT',
      url: '/rooms/room/peers/guest',
      body: { rtpCapabilities: everything, label: { name: 'x' } },
    },
    {
      method: 'POST',
      url: `${peer}/producers`,
      body: { kind: 'audio', source: 'screenAudio', rtpParameters: microphone(), paused: false },
    },
    {
      method: 'POST',
      url: `${peer}/producers`,
      body: { kind: 'video', source: 'camera', rtpParameters: camera(), paused: false },
    },
    { method: 'POST', url: `${peer}/transports/${ana.recvTransport.id}/connect`, body: { dtlsParameters } },
    { method: 'POST', url: `${peer}/consumers/resume`, body: { consumerIds: ['a', 'b'] } },
    { method: 'POST', url: `${peer}/producers/${producerId}/pause`, body: {} },
  ];
  const seen = new Map<number, number>();
  const good = { roomId: 'room', peerId: 'ana' };

  await fc.assert(
    fc.asyncProperty(
      fc
        .constantFrom(...calls)
        .chain((call) => fc.record({ call: fc.constant(call), body: mutated(call.body) })),
      async ({ call, body }) => {
        const { status, text } = await client.raw(call.method, call.url, body);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        if (status >= 500) throw new Error(`${status} ${text}`);
        if (status !== 200) return;
        // What was let through is taken back, so that the next one finds the same.
        if (call.method === 'PUT') await rig.leave('room', 'guest');
        const { producerId: made } = JSON.parse(text) as { producerId?: string };
        if (made) await client.call('closeProducer', { ...good, producerId: made });
      },
    ),
    { numRuns: 3_000 },
  );
  t.ok(
    (seen.get(400) ?? 0) > 500 && (seen.get(200) ?? 0) > 50,
    `both refused and let through: ${JSON.stringify([...seen])}`,
  );

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...calls),
      fc.string({ unit: 'binary', maxLength: 200 }),
      async (call, body) => {
        const { status } = await client.raw(call.method, call.url, body);
        if (status >= 500) throw new Error(String(status));
      },
    ),
    { numRuns: 500 },
  );

  t.equal(rig.workerPid(), pid, 'the worker is the same');
  const { rooms } = await client.call('listRooms', {});
  t.same(
    rooms.map(({ roomId, peers }) => [roomId, peers.map(({ peerId }) => peerId)]),
    [['room', ['ana', 'ben']]],
  );
  t.equal((await rig.produce('room', 'ana', 'camera', camera())).consumers.length, 1);
});
