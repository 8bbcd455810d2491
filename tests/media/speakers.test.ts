import type { Producer } from 'mediasoup/types';
import t from 'tap';
import { createControlServer } from '../../media/control-server.ts';
import { Speakers } from '../../media/speakers.ts';
import { WorkerPool } from '../../media/worker-pool.ts';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { microphone } from './rtp.ts';

/** Sends Opus packets of 20 ms that say how loud they are (RFC 6464), in dBov; silent packets are not sent (DTX). */
class Voice {
  readonly #producer: Producer;
  readonly #ssrc: number;
  #sequence = 0;
  /** From -127 to 0; null says nothing at all. */
  level: number | null = null;
  readonly #timer = setInterval(() => this.#send(), 20);

  constructor(producer: Producer) {
    this.#producer = producer;
    this.#ssrc = producer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #send(): void {
    if (this.level === null || this.#producer.closed) return;
    this.#sequence += 1;
    // RFC 3550, section 5.1, with a header extension of one word (RFC 8285, section 4.2): id 1, one byte.
    const packet = Buffer.alloc(12 + 8 + 20);
    packet[0] = 0x90;
    packet[1] = 111;
    packet.writeUInt16BE(this.#sequence & 0xffff, 2);
    packet.writeUInt32BE(this.#sequence * 960, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    packet.writeUInt16BE(0xbede, 12);
    packet.writeUInt16BE(1, 14);
    packet[16] = 0x10;
    packet[17] = -this.level;
    this.#producer.send(packet);
  }
}

t.test('who is heard is told, the loudest first', async (t) => {
  const server = await createControlServer({ secret: '', log: false });
  const pool = await WorkerPool.start({
    workers: 1,
    port: (await freePorts(1))[0],
    announcedAddresses: ['127.0.0.1'],
    log: server.log,
  });
  t.teardown(() => pool.close());
  const { router } = await pool.createRouter();
  const changes: string[][] = [];
  const speakers = await Speakers.watch(router, (peerIds) => changes.push([...peerIds]));
  const transport = await router.createDirectTransport();
  const voices = new Map<string, { voice: Voice; producer: Producer }>();
  for (const peerId of ['ana', 'ben', 'cleo']) {
    const producer = await transport.produce({ kind: 'audio', rtpParameters: microphone() });
    await speakers.add(producer.id, peerId);
    const voice = new Voice(producer);
    t.teardown(() => voice.stop());
    voices.set(peerId, { voice, producer });
  }
  const say = (peerId: string, level: number | null) => {
    const found = voices.get(peerId);
    if (found) found.voice.level = level;
  };
  const heard = (...peerIds: string[]) =>
    until(
      `${peerIds.join(', ')} heard`,
      () => speakers.peerIds,
      (now) => JSON.stringify(now) === JSON.stringify(peerIds),
    );

  t.same(speakers.peerIds, []);
  say('cleo', -90);
  say('ana', -40);
  await heard('ana');
  say('ben', -20);
  await heard('ben', 'ana');
  say('ana', -10);
  await heard('ana', 'ben');
  say('ben', null);
  await heard('ana');
  say('ana', null);
  await heard();

  say('ana', -30);
  say('ben', -50);
  await heard('ana', 'ben');
  const ana = voices.get('ana')?.producer;
  await ana?.pause();
  speakers.hush(ana?.id ?? '');
  t.same(speakers.peerIds, ['ben'], 'who mutes falls silent at once');
  await ana?.resume();
  await heard('ana', 'ben');
  ana?.close();
  speakers.forget(ana?.id ?? '');
  t.same(speakers.peerIds, ['ben'], 'who goes as well');
  t.same(changes.at(-1), ['ben']);
  t.ok(
    changes.every((now, index) => JSON.stringify(now) !== JSON.stringify(changes[index - 1] ?? [])),
    'changes alone are told',
  );

  const told = changes.length;
  router.close();
  t.same(speakers.peerIds, []);
  t.equal(changes.length, told, 'the end of a room is no change of its speakers');
});
