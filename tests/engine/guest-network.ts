import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A network of its own for guests, one cable away from this machine: a network namespace whose way out leads here. The
 * addresses are those kept for tests of networks (RFC 2544).
 */
export class GuestNetwork {
  /** The guests' address. */
  readonly address = '198.18.77.2';
  readonly #name: string;
  readonly #cable: string;
  readonly #folder: string;

  private constructor(name: string, cable: string, folder: string) {
    this.#name = name;
    this.#cable = cable;
    this.#folder = folder;
  }

  static async open(): Promise<GuestNetwork> {
    const name = `linkello-guests-${process.pid}`;
    const cable = `lkg${process.pid % 1_000_000}`;
    const network = new GuestNetwork(name, cable, await mkdtemp(join(tmpdir(), 'linkello-guests-')));
    await run('ip', ['netns', 'add', name]);
    try {
      await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
      await run('ip', ['address', 'add', '198.18.77.1/30', 'dev', cable]);
      await run('ip', ['link', 'set', cable, 'up']);
      await network.exec('ip', 'address', 'add', `${network.address}/30`, 'dev', 'eth0');
      for (const link of ['lo', 'eth0']) await network.exec('ip', 'link', 'set', link, 'up');
      await network.exec('ip', 'route', 'add', 'default', 'via', '198.18.77.1');
    } catch (fault) {
      await network.close();
      throw fault;
    }
    return network;
  }

  /** Runs a command among the guests and answers what it printed. */
  async exec(command: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run('ip', ['netns', 'exec', this.#name, command, ...args]);
    return stdout;
  }

  /** From now on packets between the guests and all others pass for this TCP port of others only. */
  async leaveOnlyTcp(port: number): Promise<void> {
    for (const tables of ['iptables', 'ip6tables']) {
      for (const [chain, way] of [
        ['OUTPUT', '--dport'],
        ['INPUT', '--sport'],
      ] as const) {
        await this.exec(tables, '-A', chain, chain === 'OUTPUT' ? '-o' : '-i', 'lo', '-j', 'ACCEPT');
        await this.exec(tables, '-A', chain, '-p', 'tcp', way, String(port), '-j', 'ACCEPT');
        // Counted, so that a test can tell that something was tried.
        await this.exec(tables, '-A', chain, '-j', 'DROP');
      }
    }
  }

  /** Packets of the guests that were not let out. */
  async refused(): Promise<number> {
    const rules = await this.exec('iptables', '-L', 'OUTPUT', '-v', '-x', '-n');
    const line = rules.split('\n').find((each) => / DROP /.test(each));
    return Number(line?.trim().split(/\s+/)[0]);
  }

  /** A program that starts Chromium among the guests. */
  async chromium(): Promise<string> {
    const program = join(this.#folder, 'chromium');
    await writeFile(program, `#!/bin/sh\nexec ip netns exec ${this.#name} /usr/bin/chromium "$@"\n`);
    await chmod(program, 0o755);
    return program;
  }

  async close(): Promise<void> {
    await run('ip', ['netns', 'delete', this.#name]);
    // It goes with the namespace, a moment later; nobody is to meet what is left of it.
    await run('ip', ['link', 'delete', this.#cable]).catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
