import { constants } from 'node:fs';
import { access, mkdir, readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import { type Interfaces, isLoopback } from '../config/machine.ts';
import { replaceStoredFile } from '../config/stored-file.ts';
import { turnAddresses } from './addresses.ts';

/**
 * The configuration of coturn, written for version 4.6.1 (Debian 12).
 *
 * What a valid credential opens: UDP from the relay's ports to the SFU's addresses, nothing else. Coturn looks at
 * `allowed-peer-ip` before `denied-peer-ip`, so everything is denied and the SFU's addresses are let through. TCP
 * relaying (RFC 6062) is off.
 *
 * What remains: coturn knows no ports. Any UDP service of this machine that listens on an announced address can be
 * reached through the relay, coturn's own port and the relays of others included. A packet filter closes that; the
 * rendered file holds the rule with this configuration's numbers. Coturn also opens its ports for SCTP where the
 * kernel has SCTP loaded; 4.6.1 cannot be told not to.
 *
 * TLS is 1.2: coturn 4.6.1 goes by the version in the first bytes of a handshake, in which TLS 1.3 names itself 1.2.
 *
 * Coturn logs client addresses and user names even at its quietest, so its log goes to /dev/null. Faults at start
 * reach stderr, which names no address: see `turnFault`.
 */

/** What of this machine goes into the file. */
export interface TurnMachine {
  readonly interfaces: Interfaces;
  /** Absolute paths of PEM files, the server's certificate first in its chain; null before the first one is made. */
  readonly tls: { readonly chain: string; readonly key: string } | null;
  /** Account that coturn goes on as after start, when it starts as root. */
  readonly user: string | null;
}

/** How to run coturn. */
export interface TurnProgram {
  /** Program to run, found by PATH. It stays in the foreground and ends on SIGTERM. */
  readonly file: 'turnserver';
  readonly arguments: readonly string[];
  /** Whether it serves `turns:`. False before the app has made its certificate: render and start again after that. */
  readonly tls: boolean;
  /**
   * What to do when the files of the certificate were replaced. `SIGUSR2`: send that signal; new connections get the
   * new certificate, and calls in progress go on. `restart`: end the process and start it anew, because it gave up
   * the right to read the key; browsers then restart ICE. Send no signal before the ports are open: it would end the
   * process.
   */
  readonly renewal: 'SIGUSR2' | 'restart';
}

/** Seconds after which a nonce has to be asked for again. Coturn's own default when the option is given bare. */
const NONCE_SECONDS = 600;

/** Longest life between two refreshes, in seconds; ports of a browser that vanished are free again after it. */
const ALLOCATION_SECONDS = 600;

/**
 * Relays that one participant may hold at once. A browser opens one for each of its networks and each of our three
 * URLs, whether it needs it or not, for two transports, and twice while ICE restarts: with four networks 48.
 */
const USER_QUOTA = 48;

/** Least that one relay may carry each way. Receiving has no limit of its own: this is a flood's, not a call's. */
const FLOOR_KBPS = 20_000;

/** Longest value: coturn reads lines of 1023 bytes. */
const VALUE_BYTES = 900;

/**
 * The text of turnserver.conf.
 *
 * @param secret what `issueCredentials` signs with; the file holds it in the clear.
 * @throws RangeError when an address can be nobody's, none belongs to this machine, or the file's format cannot hold
 * a value. The message names the value's place, never a secret.
 */
export function turnserverConf(config: Config, secret: string, machine: TurnMachine): string {
  const { turn, media } = config;
  const { own, peers } = turnAddresses(config.network.announced_addresses, machine.interfaces);
  const sfuPorts = range(media.port, media.port + media.workers - 1);
  const relayPorts = range(turn.relay_ports.min, turn.relay_ports.max);
  const portCount = turn.relay_ports.max - turn.relay_ports.min + 1;
  const maxKbps = Math.max(FLOOR_KBPS, 4 * media.max_incoming_kbps);

  const lines = [
    '# Relay of Linkello: written at every start, so changes made here are lost. Settings: config/linkello.yaml.',
    '# Every option is explained by turnserver(1), version 4.6.',
    '',
    '# Ways in.',
    ...own.map((address) => `listening-ip=${address}`),
    `listening-port=${turn.port}`,
    `tls-listening-port=${turn.tls_port}`,
    ...(machine.tls
      ? [
          `cert=${value('the path of the certificate', machine.tls.chain)}`,
          `pkey=${value('the path of the key', machine.tls.key)}`,
          'no-tlsv1',
          'no-tlsv1_1',
          'cipher-list=ECDHE+AESGCM:ECDHE+CHACHA20',
        ]
      : ['no-tls']),
    'no-dtls',
    '',
    '# Ways out: UDP to the SFU. What is allowed wins over what is denied.',
    ...own.map((address) => `relay-ip=${address}`),
    ...(own.every(isIPv6) ? ['allocation-default-address-family=ipv6'] : []),
    `min-port=${turn.relay_ports.min}`,
    `max-port=${turn.relay_ports.max}`,
    'no-tcp-relay',
    ...peers.map((address) => `allowed-peer-ip=${address}`),
    'denied-peer-ip=0.0.0.0-255.255.255.255',
    'denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    'no-multicast-peers',
    ...(peers.some(isLoopback)
      ? ['# The SFU is announced on loopback: for trials on one machine.', 'allow-loopback-peers']
      : []),
    '# Coturn knows no ports: other UDP services on the allowed addresses of this machine can be reached through the',
    '# relay. A packet filter closes that; for nftables, in a chain of an inet table that is hooked to output' +
      (machine.user ? ':' : ', with the'),
    ...(machine.user ? [] : ['# account that coturn runs as for USER:']),
    `#   meta skuid ${machine.user ?? 'USER'} udp sport ${relayPorts} udp dport != ${sfuPorts} drop`,
    '',
    '# Who may: holders of a credential of the app, which ends by itself.',
    `realm=${value('the host of the first site', config.sites[0]?.host.slice(0, 127) ?? 'localhost')}`,
    'use-auth-secret',
    `static-auth-secret=${value('the secret between app and relay', secret)}`,
    `stale-nonce=${NONCE_SECONDS}`,
    '',
    '# How much. Relays of one participant, relays altogether, bytes per second of one relay each way.',
    `user-quota=${USER_QUOTA}`,
    `total-quota=${portCount * own.length}`,
    `max-bps=${maxKbps * 125}`,
    `max-allocate-lifetime=${ALLOCATION_SECONDS}`,
    '',
    '# What it tells. STUN stays on: browsers ask for it and wait seconds for an answer.',
    'no-software-attribute',
    'no-rfc5780',
    'no-stun-backward-compatibility',
    'response-origin-only-with-rfc5780',
    '',
    '# What it keeps: nothing. Its log would hold the addresses of clients and the names of their credentials.',
    'log-file=/dev/null',
    'simple-log',
    'no-stdout-log',
    'pidfile=/dev/null',
    'userdb=:memory:',
    'no-auth-pings',
    'no-dynamic-ip-list',
    'no-dynamic-realms',
    'no-cli',
    ...(machine.user ? ['', `proc-user=${machine.user}`, `proc-group=${machine.user}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Writes `turn/turnserver.conf` into the data folder (mode 0600, whole or not at all) and says how to run coturn with
 * it. Certificate and key are those of the app, `tls/server-chain.pem` and `tls/server.key`, if both are there: so
 * render after the app is up.
 *
 * @throws RangeError as {@link turnserverConf}.
 * @throws Error of the file system when the data folder cannot be written.
 */
export async function renderTurn(config: Config, secret: string): Promise<TurnProgram> {
  const machine = await findMachine(config);
  const text = turnserverConf(config, secret, machine);
  const folder = dataFolders(config.dataFolder).turn;
  const file = join(folder, 'turnserver.conf');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceStoredFile(file, text, 0o600);
  return {
    file: 'turnserver',
    arguments: ['-c', file],
    tls: machine.tls !== null,
    renewal: machine.user ? 'restart' : 'SIGUSR2',
  };
}

async function findMachine(config: Config): Promise<TurnMachine> {
  const { tls } = dataFolders(config.dataFolder);
  const chain = join(tls, 'server-chain.pem');
  const key = join(tls, 'server.key');
  return {
    interfaces: networkInterfaces(),
    tls: (await isReadable(chain)) && (await isReadable(key)) ? { chain, key } : null,
    user: process.getuid?.() === 0 && (await hasAccount('turnserver')) ? 'turnserver' : null,
  };
}

/** Debian's package makes the account; coturn from elsewhere may come without. */
async function hasAccount(name: string): Promise<boolean> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const groups = await readFile('/etc/group', 'utf8').catch(() => '');
  return [accounts, groups].every((text) => text.split('\n').some((line) => line.startsWith(`${name}:`)));
}

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Coturn's format has no quoting. It strips blanks at both ends and an `=` or `"` at the start, and prints a line that
 * ends with a semicolon, so such values cannot be written, least of all a secret.
 */
function value(name: string, given: string): string {
  if (given.length > 0 && Buffer.byteLength(given) <= VALUE_BYTES && !/^[\s="]|[\s;"]$|\p{Cc}/u.test(given)) {
    return given;
  }
  throw new RangeError(
    `The relay's configuration cannot hold ${name}: ` +
      `at most ${VALUE_BYTES} bytes, no control characters, no blank, = or " at its start, no blank, ; or " at its end.`,
  );
}

function range(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
