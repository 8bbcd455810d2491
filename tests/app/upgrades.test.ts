import { once } from 'node:events';
import { connect } from 'node:tls';
import t from 'tap';
import { RunningApp } from './running-app.ts';
import { signedIn } from './signed-in.ts';

const running = await RunningApp.start();
t.teardown(() => running.stop());

/** Asks for an upgrade and answers all that comes until the connection is closed. */
async function upgrade(
  path: string,
  lines: readonly string[] = [],
  upgradeTo = 'websocket',
): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: running.port, ca: running.authorityPem });
  await once(socket, 'secureConnect');
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const request = [
    `GET ${path} HTTP/1.1`,
    ...(lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost']),
    'Connection: Upgrade',
    `Upgrade: ${upgradeTo}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
  ];
  socket.write(`${request.join('\r\n')}\r\n\r\n`);
  await closed;
  return text;
}

t.test('no page becomes a socket, and refused connections are closed', async (t) => {
  for (const path of ['/', '/r/board-meeting', '/trust', '/health/live', '/assets/x', '/board-meeting']) {
    t.match(await upgrade(path), /^HTTP\/1\.1 404 /, path);
  }
  t.match(await upgrade('/', [], 'h2c'), /^HTTP\/1\.1 404 /);
  t.match(await upgrade('/signalling', ['Host: evil.example']), /^HTTP\/1\.1 421 /);
  t.notMatch(JSON.stringify(running.log), 'board-meeting');
});

t.test('no socket is opened by a page of another site, whoever reads it', async (t) => {
  const { headers } = await signedIn(running, 'member');
  const urls = new Set(running.app.routeTable.filter(({ isSocket }) => isSocket).map(({ url }) => url));
  t.ok(urls.size >= 3, `${urls.size} sockets`);
  for (const url of urls) {
    for (const origin of ['https://evil.example', 'null']) {
      const lines = [`Cookie: ${headers.cookie}`, `Origin: ${origin}`];
      t.match(await upgrade(url.replace(':slug', 'any'), lines), /^HTTP\/1\.1 403 /, url);
    }
  }
});
