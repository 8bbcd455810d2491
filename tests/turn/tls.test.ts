import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import t from 'tap';
import { renderTurn } from '../../turn/render.ts';
import { until } from '../deadline.ts';
import { makeCertificate } from './certificate.ts';
import { Coturn, installCertificate } from './coturn.ts';
import { outcome, TurnClient } from './turn-client.ts';

const certificate = await makeCertificate();

function open(coturn: Coturn, minVersion: SecureVersion, maxVersion: SecureVersion): TLSSocket {
  return connect({
    host: '127.0.0.1',
    port: coturn.at('tls').port,
    ca: certificate.authority,
    minVersion,
    maxVersion,
    // Lets this side offer what is out of date.
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
}

/** The version that a client gets that offers these. */
async function negotiate(coturn: Coturn, ...offer: [SecureVersion, SecureVersion]): Promise<string | null> {
  const socket = open(coturn, ...offer);
  try {
    await once(socket, 'secureConnect');
    return socket.getProtocol();
  } finally {
    socket.destroy();
  }
}

t.test('TLS of today, with the certificate of the app', async (t) => {
  const coturn = await Coturn.start({ certificate });
  t.teardown(() => coturn.stop());
  // Coturn lets them wait in vain, so it is seen whether they are still waiting when others had their turn.
  const outdated = [open(coturn, 'TLSv1', 'TLSv1'), open(coturn, 'TLSv1.1', 'TLSv1.1')];
  t.teardown(() => {
    for (const socket of outdated) socket.destroy();
  });
  let welcome = 0;
  for (const socket of outdated) {
    socket.on('secureConnect', () => {
      welcome += 1;
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
  }
  for (let count = 0; count < 10; count++) t.equal(await negotiate(coturn, 'TLSv1', 'TLSv1.3'), 'TLSv1.2');
  t.equal(await negotiate(coturn, 'TLSv1.2', 'TLSv1.2'), 'TLSv1.2');
  t.equal(welcome, 0, 'none before 1.2');
});

t.test('a renewed certificate is taken up without ending a call', async (t) => {
  const coturn = await Coturn.start({
    certificate,
    // As it runs for an ordinary user, who can read the key again.
    machine: ({ dataFolder }) => ({
      interfaces: networkInterfaces(),
      tls: { chain: join(dataFolder, 'tls', 'server-chain.pem'), key: join(dataFolder, 'tls', 'server.key') },
      user: null,
    }),
  });
  t.teardown(() => coturn.stop());
  const client = await TurnClient.open('tls', coturn.at('tls'), certificate.authority);
  t.teardown(() => client.close());
  await client.authenticate(coturn.credentials());
  t.equal(outcome(await client.allocate()), 'ok');

  const renewed = await makeCertificate();
  const both = certificate.authority + renewed.authority;
  const served = async () => {
    const socket = connect({ host: '127.0.0.1', port: coturn.at('tls').port, ca: both });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  t.equal(await served(), certificate.fingerprint);
  await installCertificate(coturn.config, renewed);
  coturn.reloadCertificate();
  await until('the new certificate', served, (fingerprint) => fingerprint === renewed.fingerprint);
  t.equal(outcome(await client.refresh(300)), 'ok', 'the relay lives on');
});

t.test('coturn is no root for longer than it must', async (t) => {
  const coturn = await Coturn.start({ certificate });
  t.teardown(() => coturn.stop());
  const { renewal } = await renderTurn(coturn.config, coturn.secret);
  const status = await readFile(`/proc/${coturn.pid}/status`, 'utf8');
  const [, uid] = /^Uid:\t(\d+)/m.exec(status) ?? [];
  const self = process.getuid?.();
  if (self !== 0) {
    t.equal(uid, `${self}`);
    t.equal(renewal, 'SIGUSR2');
    return;
  }
  t.not(uid, '0');
  t.equal(renewal, 'restart');
  t.equal(
    (await stat(join(coturn.config.dataFolder, 'tls', 'server.key'))).mode & 0o077,
    0,
    'whose key it cannot read',
  );
});

t.test('before the app has made its certificate', async (t) => {
  const coturn = await Coturn.start();
  t.teardown(() => coturn.stop());
  await t.rejects(negotiate(coturn, 'TLSv1.2', 'TLSv1.3'));
  t.notOk((await renderTurn(coturn.config, coturn.secret)).tls);
  await installCertificate(coturn.config, certificate);
  t.ok((await renderTurn(coturn.config, coturn.secret)).tls);
});
