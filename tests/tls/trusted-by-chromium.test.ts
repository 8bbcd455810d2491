import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { issueServerCertificate } from '../../app/edge/tls/issue.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import { RunningApp } from '../app/running-app.ts';
import { launchChromium } from '../chromium.ts';

/** A Chromium whose user trusts the appliance's authority, as /trust says for Linux, and nothing is let pass otherwise. */
async function trustingChromium(running: RunningApp) {
  const home = mkdtempSync(join(tmpdir(), 'linkello-home-'));
  const certutil = (...args: string[]) => execFileSync('certutil', ['-d', `sql:${home}/.pki/nssdb`, ...args]);
  mkdirSync(join(home, '.pki', 'nssdb'), { recursive: true });
  certutil('-N', '--empty-password');
  const file = join(running.folder, 'data', 'app', 'authority', 'authority.pem');
  certutil('-A', '-t', 'C,,', '-n', 'Linkello', '-i', file);
  const before = process.env.HOME;
  process.env.HOME = home;
  try {
    const browser = await launchChromium(['--host-resolver-rules=MAP *.example 127.0.0.1']);
    t.teardown(async () => {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    });
    return browser;
  } finally {
    process.env.HOME = before;
  }
}

const running = await RunningApp.start({ sites: [{ host: 'meet.example' }] });
t.teardown(() => running.stop());
const browser = await trustingChromium(running);
const page = await browser.newPage();

t.test('who trusts the authority opens every name and address without a warning', async (t) => {
  for (const host of ['meet.example', 'localhost', '127.0.0.1']) {
    const answer = await page.goto(`https://${host}:${running.port}/`);
    t.equal(answer?.status(), 200, host);
    const { protocol, issuer } = (await answer?.securityDetails()) ?? {};
    t.match(protocol, /TLS 1\.3/);
    t.match(issuer, /^meet\.example /);
    t.equal(await page.evaluate('isSecureContext'), true, 'camera and microphone may be asked for');
  }
});

t.test('what the authority signs for anybody else is refused', async (t) => {
  const authority = join(running.folder, 'data', 'app', 'authority');
  const keyPem = readFileSync(join(running.tlsFolder, 'server.key'), 'utf8');
  const serve = async (names: { dns: readonly string[]; ip: readonly string[] }) => {
    const cert = await issueServerCertificate({
      authorityPem: running.authorityPem,
      authorityKeyPem: readFileSync(join(authority, 'authority.key'), 'utf8'),
      keyPem,
      names,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
    });
    const server = createServer({ cert: cert + running.authorityPem, key: keyPem }, (_request, response) =>
      response.end('hello'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    return (server.address() as AddressInfo).port;
  };
  const own = await serve({ dns: ['meet.example'], ip: ['127.0.0.1'] });
  await page.goto(`https://meet.example:${own}/`);
  t.equal(await page.textContent('body'), 'hello', 'this way a certificate within the limits is taken');

  const bank = await serve({ dns: ['bank.example'], ip: [] });
  await t.rejects(page.goto(`https://bank.example:${bank}/`), { message: /ERR_CERT_/ });
  const both = await serve({ dns: ['meet.example', 'bank.example'], ip: [] });
  await t.rejects(
    page.goto(`https://meet.example:${both}/`),
    { message: /ERR_CERT_/ },
    'nor together with its own',
  );
  const address = await serve({ dns: ['meet.example'], ip: ['203.0.113.1'] });
  await t.rejects(page.goto(`https://meet.example:${address}/`), { message: /ERR_CERT_/ });
});
