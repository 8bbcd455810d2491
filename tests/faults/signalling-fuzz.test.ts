import { once } from 'node:events';
import fc from 'fast-check';
import t from 'tap';
import { Check } from 'typebox/schema';
import { WebSocket } from 'ws';
import { RequestEnvelope } from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { joinData, microphone, SignallingClient } from '../signalling-client.ts';

// Alone: it measures memory under load.

/** 10,000 random and mutated messages: the processes live, memory is steady, other rooms notice nothing. */

const MESSAGES = 10_000;
/** Few enough that the limit on messages does not end the socket first. */
const MESSAGES_A_SOCKET = 100;

// So that the test can look into the app's heap.
process.env.NODE_OPTIONS = '--inspect=127.0.0.1:0';
const appliance = await Appliance.start({ media: { participants_per_room: 500, reconnect_seconds: 5 } });
t.teardown(() => appliance.stop());

/** Bytes that the app really holds: what is left of its heap when all garbage is collected. */
async function heldBytes(): Promise<number> {
  const url = /Debugger listening on (ws:\S+)/.exec(appliance.app.output)?.[1];
  if (!url) throw new Error('the app has no inspector');
  const inspector = new WebSocket(url);
  await once(inspector, 'open');
  const ask = async (id: number, method: string) => {
    inspector.send(JSON.stringify({ id, method }));
    for (;;) {
      const [data] = await once(inspector, 'message');
      const answer = JSON.parse(String(data)) as { id?: number; result?: { usedSize?: number } };
      if (answer.id === id) return answer.result;
    }
  };
  await ask(1, 'HeapProfiler.collectGarbage');
  const usage = await ask(2, 'Runtime.getHeapUsage');
  inspector.close();
  return usage?.usedSize ?? 0;
}

/** Whoever was cut off is waited for during the grace time; then nothing of the fuzz is left. */
async function everyoneIsGone(): Promise<void> {
  await until('the room to empty', async () => {
    const last = await SignallingClient.open(appliance);
    const { participants } = await last.join(appliance, { room: 'fuzz' });
    await last.request('leave', {});
    last.socket.close(1000);
    return participants.length === 0;
  });
}

/** Replaces one value somewhere inside, at any depth. */
function mutate(value: unknown, path: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const keys = Object.keys(value);
  if (keys.length === 0) return replacement;
  const key = keys[step % keys.length] ?? '';
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  copy[key] = mutate(copy[key], rest, replacement);
  return copy;
}

t.test(`${MESSAGES} messages that nobody should send`, async (t) => {
  const valid = { ...(await joinData(appliance)), room: 'fuzz' };
  const watcher = await SignallingClient.open(appliance);
  const before = await watcher.join(appliance, { room: 'quiet', name: 'Watcher' });
  const { producerId } = (await watcher.request('produce', microphone())).ok as { producerId: string };
  const quiet = watcher.notices.length;

  const requests = [
    ['join', valid],
    ['produce', microphone()],
    [
      'connectTransport',
      { transportId: before.sendTransport.id, dtlsParameters: before.sendTransport.dtlsParameters },
    ],
    ['restartIce', { transportId: before.sendTransport.id }],
    ['closeProducer', { producerId }],
    ['pauseProducer', { producerId }],
    ['resumeConsumers', { consumerIds: ['a', 'b'] }],
    [
      'watch',
      { pictures: [{ participantId: 'a', source: 'camera', width: 320, height: 180 }], saver: false },
    ],
    ['stopSource', { source: 'microphone', participantId: null }],
    ['lowerHands', { participantId: null }],
    ['remove', { participantId: 'a' }],
    ['setRules', { rules: { chat: false } }],
    ['setException', { participantId: 'a', rule: 'chat', allowed: null }],
    ['setCohost', { participantId: 'a', cohost: true }],
    ['handOver', { participantId: 'a' }],
    ['raiseHand', { raised: true }],
    ['react', { reaction: 'clap' }],
    ['say', { text: 'Hello' }],
    ['offerFile', { name: 'letter.pdf', bytes: 10 }],
    ['withdrawFile', { fileId: 'a' }],
    ['takeFile', { fileId: 'a' }],
    ['leave', {}],
    ['ping', {}],
  ] as const;
  const message = fc.oneof(
    { weight: 16, arbitrary: mutatedRequest(requests) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(...requests)
        .map(([request, data]) => JSON.stringify({ id: 1, request, data })),
    },
    { weight: 1, arbitrary: fc.oneof(fc.json(), fc.string({ unit: 'binary', maxLength: 300 })) },
  );
  const messages = fc.sample(message, { numRuns: MESSAGES, seed: 20261123 });

  let client: SignallingClient | undefined;
  let sent = 0;
  let afterWarmUp = 0;
  for (const [index, text] of messages.entries()) {
    if (!client) {
      client = await SignallingClient.open(appliance);
      if (index % 2 === 0) await client.join(appliance, { room: 'fuzz' });
    }
    client.socket.send(text);
    sent += 1;
    if (!isRequest(text)) {
      await client.closed();
    } else if (sent % MESSAGES_A_SOCKET === 0) {
      // Whatever came before is done when this is answered, or when the flood was stopped.
      await client.request('ping', {}).catch(() => {});
      client.socket.close(1000);
    } else continue;
    client = undefined;
    if (afterWarmUp === 0 && index > MESSAGES * 0.4) {
      await everyoneIsGone();
      afterWarmUp = await heldBytes();
    }
  }
  t.equal(sent, MESSAGES);

  t.ok(appliance.app.isRunning, 'the app is alive');
  t.ok(appliance.media.isRunning, 'media is alive');
  t.equal((await appliance.workerPids()).length, 1, 'its worker is alive');
  await everyoneIsGone();
  const grown = (await heldBytes()) / afterWarmUp;
  t.ok(grown < 1.1, `memory is steady: ${grown.toFixed(3)} of what it was after 4,000 messages`);

  t.equal(watcher.notices.length, quiet, 'the other room was told nothing');
  const late = await SignallingClient.open(appliance);
  const joined = await late.join(appliance, { room: 'quiet', name: 'Late' });
  t.same(
    joined.participants.map(({ name }) => name),
    ['Watcher'],
    'and has the same people',
  );
  t.same(
    joined.consumers.map((consumer) => consumer.producerId),
    [producerId],
    'who send the same',
  );
  t.notMatch(appliance.app.output, /"level":(50|60)/, 'nothing of it was a fault of ours');
});

/** Anything else ends the socket. */
function isRequest(text: string): boolean {
  try {
    return Check(RequestEnvelope, JSON.parse(text));
  } catch {
    return false;
  }
}

function mutatedRequest(requests: readonly (readonly [string, unknown])[]) {
  return fc
    .tuple(
      fc.constantFrom(...requests),
      fc.array(fc.nat(50), { maxLength: 5 }),
      fc.oneof(fc.jsonValue(), fc.constantFrom('__proto__', 2 ** 53, -1, '\u0000', 'x'.repeat(5000), [], {})),
    )
    .map(([[request, data], path, replacement]) =>
      JSON.stringify({ id: 2, request, data: mutate(data, path, replacement) }),
    );
}
