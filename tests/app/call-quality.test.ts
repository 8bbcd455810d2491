import t from 'tap';
import { Attention } from '../../app/client/meeting/attention.ts';
import { NetworkWatch } from '../../app/client/meeting/network-state.ts';
import { ConnectionQuality, judge, type ReceivedReading } from '../../app/client/meeting/quality.ts';
import { SentLayers } from '../../app/client/meeting/sent-layers.ts';
import { StatsReading, type StatsReport } from '../../app/client/meeting/stream-stats.ts';
import { until } from '../deadline.ts';

/** What a browser's getStats() gives, as far as it is read. */
const report = (...entries: Record<string, unknown>[]): StatsReport =>
  new Map(entries.map((entry) => [String(entry.id), entry]));

t.test('what is received, between two readings', async (t) => {
  const inbound = (timestamp: number, more: object) => ({
    id: 'IN',
    type: 'inbound-rtp',
    kind: 'video',
    mid: '3',
    trackIdentifier: 'track',
    codecId: 'C',
    timestamp,
    ...more,
  });
  const codec = { id: 'C', type: 'codec', mimeType: 'video/VP8' };
  const probator = { ...inbound(1000, {}), id: 'P', mid: 'probator', trackIdentifier: 'probator' };
  const first = new StatsReading(
    report(
      codec,
      probator,
      inbound(1000, { packetsReceived: 100, packetsLost: 0, bytesReceived: 5000, framesDecoded: 10 }),
    ),
  );
  t.equal(first.received().get('track')?.kbps, 0, 'one reading says no rate');
  t.equal(first.received().size, 1, 'padding that measures the bandwidth is nobody’s');
  const second = new StatsReading(
    report(
      codec,
      inbound(3000, {
        packetsReceived: 190,
        packetsLost: 10,
        bytesReceived: 105_000,
        framesDecoded: 70,
        frameWidth: 640,
        frameHeight: 360,
        jitter: 0.012,
      }),
    ),
    first,
  );
  t.same(second.received().get('track'), {
    codec: 'VP8',
    kbps: 400,
    lossPercent: 10,
    width: 640,
    height: 360,
    framesPerSecond: 30,
    jitterMs: 12,
    layers: null,
    isLimited: false,
  });
});

t.test('what is sent: all layers of a picture together', async (t) => {
  const layer = (
    rid: string,
    timestamp: number,
    packetsSent: number,
    bytesSent: number,
    more: object = {},
  ) => ({
    id: rid,
    type: 'outbound-rtp',
    kind: 'video',
    mid: '1',
    rid,
    timestamp,
    packetsSent,
    bytesSent,
    framesEncoded: packetsSent,
    codecId: 'C',
    ...more,
  });
  const codec = { id: 'C', type: 'codec', mimeType: 'video/VP8' };
  const before = new StatsReading(
    report(codec, layer('r0', 0, 0, 0), layer('r1', 0, 0, 0), layer('r2', 0, 5, 900)),
  );
  const sent = new StatsReading(
    report(
      codec,
      layer('r0', 2000, 30, 10_000, { frameWidth: 320, frameHeight: 180 }),
      layer('r1', 2000, 60, 40_000, {
        frameWidth: 640,
        frameHeight: 360,
        qualityLimitationReason: 'bandwidth',
      }),
      layer('r2', 2000, 5, 900, { frameWidth: 1280, frameHeight: 720 }),
      { id: 'R', type: 'remote-inbound-rtp', localId: 'r1', fractionLost: 0.05 },
      { id: 'S', type: 'remote-inbound-rtp', localId: 'r2', fractionLost: 0.9 },
    ),
    before,
  ).sent();
  t.same(sent.get('1'), {
    codec: 'VP8',
    kbps: 200,
    lossPercent: 5,
    width: 640,
    height: 360,
    framesPerSecond: 30,
    jitterMs: null,
    layers: 2,
    isLimited: true,
  });
});

t.test('the path, as Chromium and as Firefox tell it', async (t) => {
  const pair = {
    id: 'A',
    type: 'candidate-pair',
    localCandidateId: 'L',
    currentRoundTripTime: 0.05,
    availableOutgoingBitrate: 1_500_000,
  };
  const other = { id: 'B', type: 'candidate-pair', localCandidateId: 'M', currentRoundTripTime: 0.5 };
  const wrong = { id: 'M', candidateType: 'host', protocol: 'tcp' };
  for (const [local, path] of [
    [{ candidateType: 'host', protocol: 'udp' }, 'udp'],
    [{ candidateType: 'srflx', protocol: 'tcp' }, 'tcp'],
    [{ candidateType: 'relay', protocol: 'udp', relayProtocol: 'udp' }, 'relay-udp'],
    [{ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tcp' }, 'relay-tcp'],
    [{ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' }, 'relay-tls'],
  ] as const) {
    const candidate = { id: 'L', ...local };
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'A' };
    const chromium = new StatsReading(report(other, pair, transport, candidate, wrong)).path();
    t.same(chromium, { path, roundTripMs: 50, availableKbps: 1500 });
    const firefox = new StatsReading(report(other, { ...pair, selected: true }, candidate, wrong)).path();
    t.same(firefox.path, path);
  }
  t.same(new StatsReading(report()).path(), { path: null, roundTripMs: null, availableKbps: null });
});

t.test('bars', async (t) => {
  const stats = {
    codec: 'VP8',
    kbps: 200,
    width: 1,
    height: 1,
    framesPerSecond: 1,
    jitterMs: 1,
    layers: null,
    isLimited: false,
  };
  const received = (more: Partial<ReceivedReading>): ReceivedReading => ({
    ...stats,
    participantId: 'ada',
    source: 'camera',
    lossPercent: 0,
    isExpected: true,
    isStarved: false,
    ...more,
  });
  const path = { path: 'udp', roundTripMs: 20, availableKbps: 1000 } as const;
  const of = (...streams: ReceivedReading[]) =>
    judge({ path, sent: [], received: streams }).of.get('ada')?.bars;
  t.equal(of(received({})), 4);
  t.equal(of(received({ lossPercent: 3 })), 3);
  t.equal(of(received({ lossPercent: 7 }), received({ source: 'microphone' })), 2, 'the worst counts');
  t.equal(of(received({ lossPercent: 30 })), 1);
  t.equal(of(received({ isStarved: true })), 1);
  t.equal(of(received({ kbps: 0 })), 0);
  t.equal(of(received({ kbps: 0, isExpected: false })), null, 'nobody looks');
  t.equal(of(received({ kbps: 0, source: 'microphone' })), null, 'silence is not sent');
  const own = (roundTripMs: number | null, lossPercent: number | null, isLimited = false) =>
    judge({
      path: { ...path, roundTripMs },
      sent: [{ ...stats, source: 'camera', lossPercent, isLimited }],
      received: [],
    }).own.bars;
  t.equal(own(20, 0), 4);
  t.equal(own(200, 0), 3);
  t.equal(own(20, 0, true), 2);
  t.equal(own(900, null), 1);
  t.equal(judge({ path: { ...path, roundTripMs: null }, sent: [], received: [] }).own.bars, null);
});

t.test('statistics are read while it runs, whatever becomes of a reading', async (t) => {
  let readings = 0;
  const path = { path: 'udp', roundTripMs: 20, availableKbps: 1000 } as const;
  const quality = new ConnectionQuality(async () => {
    readings += 1;
    if (readings === 1) throw new Error('closed meanwhile');
    return readings === 2 ? undefined : { path, sent: [], received: [] };
  }, 5);
  const reports: unknown[] = [];
  quality.on('changed', (now) => reports.push(now));
  quality.start();
  await until('a report', () => reports.length > 0);
  t.equal(quality.report.own.bars, 4);
  quality.stop();
  t.equal(quality.report.own.bars, null);
});

t.test('a weak network is told of once it stays weak', async (t) => {
  const watch = new NetworkWatch(20);
  const told: unknown[] = [];
  watch.on('changed', (state) => told.push(state));
  watch.starved(true);
  watch.starved(false);
  watch.starved(true);
  t.same(told, [], 'a stumble is none');
  await until('it is told', () => told.length > 0);
  t.same(told, [{ receiving: 'weak', sending: 'good' }]);
  watch.starved(false);
  t.same(watch.state, { receiving: 'good', sending: 'good' });

  const good = { isLimited: false, availableKbps: 2000, lossPercent: 0 };
  const bad = { isLimited: true, availableKbps: 60, lossPercent: 0 };
  for (const reading of [bad, bad, good, bad, bad]) watch.read(reading);
  t.equal(watch.state.sending, 'good');
  watch.read(bad);
  t.equal(watch.state.sending, 'weak');
  for (const reading of [good, good]) watch.read(reading);
  t.equal(watch.state.sending, 'weak');
  watch.read(good);
  t.equal(watch.state.sending, 'good');
  for (let count = 0; count < 3; count += 1) watch.read({ ...good, lossPercent: 15 });
  t.equal(watch.state.sending, 'weak', 'loss alone is enough');
  watch.reset();
  t.same(watch.state, { receiving: 'good', sending: 'good' });
});

t.test('what is looked at is reported once, and again after joining anew', async (t) => {
  const sent: { pictures: { participantId: string }[]; saver: boolean }[] = [];
  const attention = new Attention({
    request: async (_name: string, data: never) => {
      sent.push(data);
      return {};
    },
  } as never);
  t.teardown(() => attention.stop());
  const tile = (participantId: string, width = 320) => ({
    participantId,
    source: 'camera' as const,
    width,
    height: 180.4,
  });
  t.equal(attention.includes('ada', 'camera'), true, 'before the first layout the server sends all');
  attention.look([tile('ada')]);
  t.same(sent, [], 'not before joining');
  attention.start();
  t.same(sent, [{ pictures: [{ ...tile('ada'), height: 180 }], saver: false }]);
  attention.look([tile('ada')]);
  attention.look([tile('ada'), tile('hidden', 0)]);
  attention.look([tile('ben')]);
  attention.look([tile('cleo')]);
  await until('the last of many is reported', () => sent.length > 1);
  t.same(sent.at(-1)?.pictures[0]?.participantId, 'cleo');
  t.equal(sent.length, 2);
  t.equal(attention.includes('cleo', 'camera'), true);
  t.equal(attention.includes('cleo', 'screen'), false);
  t.equal(attention.includes('ada', 'camera'), false);

  const modes: string[] = [];
  attention.on('receptionChanged', (mode) => modes.push(mode));
  attention.reception = 'saver';
  await until('the saver is reported', () => sent.at(-1)?.saver === true);
  attention.reception = 'sound';
  await until('sound only is reported', () => sent.at(-1)?.pictures.length === 0);
  t.equal(attention.includes('cleo', 'camera'), false);
  attention.reception = 'full';
  t.same(modes, ['saver', 'sound', 'full']);
  await until('everything is reported again', () => sent.at(-1)?.pictures.length === 1);
  const count = sent.length;
  attention.stop();
  attention.look([tile('dan')]);
  attention.start();
  t.equal(sent.length, count + 1);
  t.same(sent.at(-1)?.pictures[0]?.participantId, 'dan');
});

t.test('layers are switched one change after the other, and the last one holds', async (t) => {
  const applied: string[] = [];
  const encodings: { active?: boolean }[] = [{ active: true }, { active: true }, { active: true }];
  let isBusy = false;
  const sender = {
    getParameters: () => ({ encodings: encodings.map((encoding) => ({ ...encoding })) }),
    setParameters: async (parameters: { encodings: { active?: boolean }[] }) => {
      if (isBusy) throw new Error('two at once');
      isBusy = true;
      await new Promise((resolve) => setImmediate(resolve));
      isBusy = false;
      encodings.splice(0, 3, ...parameters.encodings);
      applied.push(encodings.map(({ active }) => (active ? 1 : 0)).join(''));
    },
  };
  const layers = new SentLayers(sender);
  layers.set(1);
  layers.set(0);
  layers.set(null);
  await until('nothing is sent', () => applied.at(-1) === '000');
  t.same(applied, ['110', '000'], 'what was passed over meanwhile is not done');
  layers.set(2);
  await until('everything is sent', () => applied.at(-1) === '111');
  layers.set(2);
  t.equal(applied.length, 3);
});
