import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { canonicalHost } from '../../config/formats.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { describeMachine, isLoopback } from '../../config/machine.ts';
import { Sfu } from './wire/sfu.ts';

/** What the checks look at, and what several of them need to know: each is found out once. */
export class Patient {
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly #addresses = new Map<string, Promise<readonly string[]>>();
  readonly #own: ReadonlySet<string>;
  /** Families of the addresses that this process can send from. */
  readonly #families: ReadonlySet<4 | 6>;
  #sfu: Promise<Sfu> | undefined;

  constructor(loaded: LoadedConfig, environment: NodeJS.ProcessEnv = process.env) {
    this.loaded = loaded;
    this.environment = environment;
    // In a container, the interfaces are its own and the machine is the host: both are ours.
    const interfaces = Object.values(networkInterfaces()).flatMap((infos) => infos ?? []);
    this.#own = new Set([
      ...describeMachine().addresses,
      ...interfaces.map(({ address }) => canonicalHost(address)),
    ]);
    const outer = interfaces.filter(({ internal, address }) => !internal && !/^fe[89ab]/.test(address));
    this.#families = new Set(outer.map(({ address }) => (isIPv6(address) ? 6 : 4)));
  }

  get config(): LoadedConfig['config'] {
    return this.loaded.config;
  }

  /** Whether this machine has the address, so that it must answer there. */
  has(address: string): boolean {
    return this.#own.has(address) || isLoopback(address);
  }

  /**
   * Whether anything can be sent to the address from here. In a container without IPv6, nothing can be said about the
   * machine's IPv6 addresses.
   */
  canTry(address: string): boolean {
    return this.environment.LINKELLO_MACHINE === undefined || this.#families.has(isIPv6(address) ? 6 : 4);
  }

  /** The announced addresses that this machine has; if it has none (all are a router's), the announced ones. */
  get ownAddresses(): readonly string[] {
    const announced = this.config.network.announced_addresses;
    const own = announced.filter((address) => this.has(address));
    return own.length > 0 ? own : announced;
  }

  /** Where the app's port answers from here, whatever the names say. */
  get doorstep(): string {
    const { address } = this.config.https;
    return address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address;
  }

  /**
   * The addresses of a host as this machine finds them, in canonical form; an address is its own.
   *
   * @throws Error with a `code` as getaddrinfo(3) gives it: `ENOTFOUND`, `EAI_AGAIN`.
   */
  addressesOf(host: string): Promise<readonly string[]> {
    const known = this.#addresses.get(host);
    if (known) return known;
    const found = isIP(host) === 0 ? lookUp(host) : Promise.resolve([host]);
    this.#addresses.set(host, found);
    return found;
  }

  /** The SFU's control connection. @throws SfuFault that says why there is none. */
  sfu(): Promise<Sfu> {
    this.#sfu ??= Sfu.open(this.config);
    return this.#sfu;
  }

  async close(): Promise<void> {
    const sfu = await this.#sfu?.catch(() => undefined);
    await sfu?.close();
  }
}

async function lookUp(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => ipaddr.process(address).toString()))];
}
