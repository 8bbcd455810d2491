import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { until } from '../deadline.ts';
import { freePorts } from '../free-ports.ts';
import { type Issued, issue } from './house-authority.ts';

/**
 * Pebble, the ACME server (RFC 8555) that Let's Encrypt made to test clients with, on loopback. It checks what it is
 * sent as strictly as the real one, looks at every name by HTTP, and takes some good nonces for bad ones.
 */
export class Pebble {
  readonly directory: string;
  /** Where it looks at names, as others look at port 80. */
  readonly httpPort: number;
  /** PEM file with the root of its own certificate. */
  readonly rootFile: string;
  readonly #management: string;
  readonly #root: Issued;
  readonly #stop: () => Promise<void>;

  private constructor(ports: readonly number[], folder: string, root: Issued, stop: () => Promise<void>) {
    const [acme = 0, management = 0, httpPort = 0] = ports;
    this.directory = `https://127.0.0.1:${acme}/dir`;
    this.#management = `https://127.0.0.1:${management}`;
    this.httpPort = httpPort;
    this.rootFile = join(folder, 'root.pem');
    this.#root = root;
    this.#stop = stop;
  }

  /**
   * @param options.validitySeconds how long what it issues is valid; five years by default.
   * @param options.environment of Pebble's own: PEBBLE_WFE_NONCEREJECT and so on.
   */
  static async start(
    options: { readonly validitySeconds?: number; readonly environment?: Record<string, string> } = {},
  ): Promise<Pebble> {
    const ports = await freePorts(1, 1, 1, 1);
    const [acme, management, httpPort, dns] = ports;
    const folder = mkdtempSync(join(tmpdir(), 'linkello-pebble-'));
    const root = await issue({ name: 'Pebble' });
    const server = await issue({ name: 'localhost', issuer: root, hosts: ['localhost', '127.0.0.1'] });
    const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
    write('root.pem', root.pem);
    write('server.pem', server.pem);
    write('server.key', server.keyPem);
    const settings = {
      listenAddress: `127.0.0.1:${acme}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(folder, 'server.pem'),
      privateKey: join(folder, 'server.key'),
      httpPort,
      tlsPort: 1,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
      ...(options.validitySeconds && { certificateValidityPeriod: options.validitySeconds }),
    };
    write('settings.json', JSON.stringify({ pebble: settings }));

    // Answers 127.0.0.1 for every name.
    const names = ['-dns01', `127.0.0.1:${dns}`, '-http01', '', '-https01', '', '-tlsalpn01', ''];
    const children = [
      spawn('pebble-challtestsrv', [...names, '-management', '', '-defaultIPv6', ''], { stdio: 'ignore' }),
      spawn(
        'pebble',
        ['-config', join(folder, 'settings.json'), '-strict', '-dnsserver', `127.0.0.1:${dns}`],
        {
          stdio: 'ignore',
          env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', ...options.environment },
        },
      ),
    ];
    const pebble = new Pebble(ports, folder, root, async () => {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    });
    try {
      await until('Pebble answers', () => pebble.root().catch(() => ''));
      return pebble;
    } catch (fault) {
      await pebble.stop();
      throw fault;
    }
  }

  /** PEM of the root of what it issues; another one at each start. */
  async root(): Promise<string> {
    const asked = get(`${this.#management}/roots/0`, { ca: this.#root.pem });
    const [answer] = await once(asked, 'response');
    return text(answer);
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
