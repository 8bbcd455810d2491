import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import { Agent, get, type RequestOptions } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { until } from '../deadline.ts';
import { RunningApp } from './running-app.ts';

t.test('a renewed certificate is used without a restart, and open connections go on', async (t) => {
  // Both certificates are valid today, so that a client takes them.
  let now = Date.now() - 61 * DAY_MS;
  const renewed: number[] = [];
  const running = await RunningApp.start(
    {},
    {
      clock: () => now,
      certificateCheckMs: 10,
      onCertificateRenewed: ({ endsAt }) => renewed.push(endsAt),
    },
  );
  t.teardown(() => running.stop());
  const ca = running.authorityPem;
  const kept = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const trusting = (options: RequestOptions = {}) =>
    answerOf(get({ host: 'localhost', port: running.port, path: '/health/live', ca, ...options }));
  const socket = async () => {
    const opened = connect({ host: 'localhost', servername: 'localhost', port: running.port, ca });
    await once(opened, 'secureConnect');
    return opened;
  };

  const streaming = await socket();
  const before = streaming.getPeerX509Certificate()?.serialNumber;
  const first = await trusting({ agent: kept });

  now = Date.now();
  await until('a renewed certificate', () => renewed.length);
  t.equal(renewed.length, 1);
  t.match(
    running.log.filter(({ msg }) => msg === 'the certificate was renewed'),
    [{ endsAt: new Date(renewed[0] ?? 0).toISOString() }],
  );

  const fresh = await socket();
  const after = fresh.getPeerX509Certificate();
  t.ok(fresh.authorized, 'the same authority signed it');
  t.not(after?.serialNumber, before);
  t.equal(after?.validToDate.getTime(), renewed[0]);
  fresh.destroy();

  const second = await trusting({ agent: kept });
  t.equal(second.status, 200);
  t.equal(second.localPort, first.localPort, 'on the connection from before');
  streaming.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [bytes] = await once(streaming, 'data');
  t.match(String(bytes), /^HTTP\/1\.1 200/);
  streaming.destroy();
  kept.destroy();
});

t.test('who sends plain HTTP is led to HTTPS, and to nowhere else', async (t) => {
  const running = await RunningApp.start({ sites: [{ host: 'meet.test' }] });
  t.teardown(() => running.stop());
  const ask = (host: string, path: string) =>
    answerOf(plainRequest({ host: '127.0.0.1', port: running.port, path, headers: { host } }).end());
  for (const host of ['meet.test:8443', 'localhost', '127.0.0.1:8443', '[::1]:8443', '203.0.113.9']) {
    const { status, headers } = await ask(host, '/r/one?lang=fr');
    t.equal(status, 307);
    t.equal(headers.location, `https://${host}/r/one?lang=fr`);
    t.equal(headers.connection, 'close');
  }
  for (const [host, path] of [
    ['evil.example', '/'],
    ['meet.test@evil.example', '/'],
    ['evil.example/meet.test', '/'],
    ['meet.test', 'http://evil.example/'],
  ] as const) {
    const { status, headers, text } = await ask(host, path);
    t.equal(status, 400, `${host} ${path}`);
    t.equal(headers.location, undefined);
    t.match(text, 'https://');
  }
  const { headers } = await ask('meet.test', '//evil.example');
  t.equal(new URL(headers.location ?? '').host, 'meet.test');
});

t.test('what is neither HTTP nor TLS is dropped, and the rest goes on', async (t) => {
  const running = await RunningApp.start();
  t.teardown(() => running.stop());
  const tlsCut = Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff, 1, 2, 3]);
  for (const bytes of [
    Buffer.from([0, 1, 2, 0xff]),
    Buffer.from('SSH-2.0-x\r\n'),
    Buffer.alloc(70_000, 7),
    tlsCut,
  ]) {
    const socket = connectPlain(running.port, '127.0.0.1');
    socket.resume().write(bytes);
    if (bytes === tlsCut) socket.end();
    await closed(socket);
    t.equal((await running.ask('/health/live')).status, 200);
  }
});

t.test('old protocols are refused', async (t) => {
  const running = await RunningApp.start();
  t.teardown(() => running.stop());
  const socket = connect({
    port: running.port,
    host: '127.0.0.1',
    ca: running.authorityPem,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await t.rejects(once(socket, 'secureConnect'), { code: /VERSION|PROTOCOL/ });
});

t.test('connections on which nothing is asked do not hold up the end', async (t) => {
  const running = await RunningApp.start();
  const ca = running.authorityPem;
  const silent: Socket = connectPlain(running.port, '127.0.0.1');
  await once(silent, 'connect');
  const ahead: TLSSocket = connect({ port: running.port, host: '127.0.0.1', ca });
  await once(ahead, 'secureConnect');
  const begun = connect({ port: running.port, host: '127.0.0.1', ca });
  await once(begun, 'secureConnect');
  begun.write('GET / HTTP/1.1\r\nHost: loc');
  const ends = [silent, ahead, begun].map((socket) => {
    socket.resume();
    return closed(socket);
  });
  await running.stop();
  await t.resolves(Promise.all(ends));
});

/** Resolves when the connection is gone, be it by a reset. */
function closed(socket: Socket): Promise<unknown> {
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('close', resolve));
}

async function answerOf(asked: ReturnType<typeof plainRequest>) {
  const [answer] = await once(asked, 'response');
  const { localPort } = answer.socket;
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  return {
    status: answer.statusCode as number,
    headers: answer.headers as Readonly<Record<string, string | undefined>>,
    text,
    localPort: localPort as number,
  };
}
