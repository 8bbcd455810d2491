import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Config } from './config.ts';
import { dotted, type Path, shown } from './faults.ts';
import { canonicalHost, isSocketPath, parseHostAndPort } from './formats.ts';

/** One of the settings that a conflict is about. */
interface Side {
  readonly path: Path;
  /** What is wrong here, told to somebody who is to change this setting. `other` names the other one. */
  readonly message: (other: string) => string;
}

/** Settings that are each right and cannot be together. Told at the first side that the file sets. */
export interface Conflict {
  readonly sides: readonly [Side, Side?];
  /** Further settings that it follows from. Where one of them is wrong in itself, there may be no conflict. */
  readonly from?: readonly Path[];
}

/** A rule between settings. What is wrong in itself may stand in them as an empty text; no rule speaks of that. */
export interface Rule {
  readonly name: string;
  readonly conflicts: (config: Config) => Iterable<Conflict>;
}

/** Ports from `first` to `last` that one setting takes. */
export interface Ports {
  readonly path: Path;
  /** Further settings that they follow from. */
  readonly from: readonly Path[];
  readonly protocols: readonly ('TCP' | 'UDP')[];
  readonly first: number;
  readonly last: number;
}

/** What a browser opens at most in one call: a relay for each transport, way in and network of its own. */
export const RELAY_PORTS_PER_PARTICIPANT = 12;

/** A call of two, both behind the relay. */
const FEWEST_RELAY_PORTS = 2 * RELAY_PORTS_PER_PARTICIPANT;

/** The longest path that a Unix socket can have: 108 bytes with the zero at its end (unix(7)). */
const LONGEST_SOCKET_BYTES = 107;

/** Every port that is listened on. The relay's are only in use while it is enabled. */
export function portsInUse({
  https,
  tls,
  media,
  turn,
}: Pick<Config, 'https' | 'tls' | 'media' | 'turn'>): readonly Ports[] {
  const control = isSocketPath(media.control) ? undefined : parseHostAndPort(media.control);
  const workers = [['media', 'workers']];
  const ports = [
    take(['https', 'port'], ['TCP'], [], https.port),
    ...(tls.mode === 'acme'
      ? [take(['tls', 'acme', 'http_port'], ['TCP'], [['tls', 'mode']], tls.acme.http_port)]
      : []),
    take(['media', 'port'], ['TCP', 'UDP'], workers, media.port, media.port + media.workers - 1),
    ...(control ? [take(['media', 'control'], ['TCP'], [], control.port)] : []),
  ];
  if (!turn.enabled) return ports;
  const enabled = [['turn', 'enabled']];
  const { min, max } = turn.relay_ports;
  return [
    ...ports,
    take(['turn', 'port'], ['TCP', 'UDP'], enabled, turn.port),
    take(['turn', 'tls_port'], ['TCP'], enabled, turn.tls_port),
    take(['turn', 'relay_ports'], ['UDP'], enabled, min, max),
  ];
}

function take(
  path: Path,
  protocols: Ports['protocols'],
  from: readonly Path[],
  first: number,
  last: number = first,
): Ports {
  return { path, protocols, from, first, last };
}

/** `44300` or `44300 to 44303`. */
export function portRange({ first, last }: Pick<Ports, 'first' | 'last'>): string {
  return first === last ? String(first) : `${first} to ${last}`;
}

function* portsApart(config: Config): Generator<Conflict> {
  const uses = portsInUse(config).filter((use) => use.first <= use.last);
  for (const [index, a] of uses.entries()) {
    for (const b of uses.slice(index + 1)) {
      const protocols = a.protocols.filter((protocol) => b.protocols.includes(protocol));
      if (protocols.length === 0 || a.first > b.last || b.first > a.last) continue;
      const side = (own: Ports, others: Ports): Side => ({
        path: own.path,
        message: (other) => {
          const ports = `${protocols.join(' and ')} port${others.first === others.last ? '' : 's'}`;
          return `must keep clear of the ${ports} ${portRange(others)} of ${other}, got ${portRange(own)}`;
        },
      });
      yield { sides: [side(b, a), side(a, b)], from: [...a.from, ...b.from] };
    }
  }
}

/** What a container engine publishes cannot be chosen from within the container. */
function* publishedAsSaid({ https, tls, publishedPort }: Config): Generator<Conflict> {
  if (publishedPort === null) return;
  if (https.port !== publishedPort) {
    const message = () =>
      `must be ${publishedPort}, the port that the containers publish, got ${https.port}; to publish that one, start with: HTTPS_PORT=${https.port} docker compose up -d`;
    yield { sides: [{ path: ['https', 'port'], message }] };
  }
  if (https.address !== '::') {
    const message = () =>
      `must not be set with containers, as compose.yaml says where their port is published, got ${https.address}`;
    yield { sides: [{ path: ['https', 'address'], message }] };
  }
  if (tls.acme.http_port !== 80) {
    const message = () =>
      `must be 80, the port that the containers publish for plain HTTP, got ${tls.acme.http_port}; to publish another, start with: HTTP_PORT=${tls.acme.http_port} docker compose up -d`;
    yield { sides: [{ path: ['tls', 'acme', 'http_port'], message }] };
  }
}

function* mediaPortsExist({ media }: Config): Generator<Conflict> {
  if (media.port + media.workers - 1 <= 65535) return;
  yield {
    sides: [
      {
        path: ['media', 'port'],
        message: (other) =>
          `must be at most ${65536 - media.workers}, for one port each for the ${media.workers} workers of ${other}, got ${media.port}`,
      },
      {
        path: ['media', 'workers'],
        message: (other) =>
          `must be at most ${65536 - media.port}, for one port each from ${other}, ${media.port}, to 65535, got ${media.workers}`,
      },
    ],
  };
}

function* relayHasRoom({ turn }: Config): Generator<Conflict> {
  const { min, max } = turn.relay_ports;
  const apart = FEWEST_RELAY_PORTS - 1;
  if (!turn.enabled || max - min >= apart) return;
  const why = (other: string, port: number) =>
    `as a call of two takes up to ${FEWEST_RELAY_PORTS} ports and ${other} is ${port}`;
  const raise: Side = {
    path: ['turn', 'relay_ports', 'max'],
    message: (other) => `must be at least ${min + apart}, ${why(other, min)}, got ${max}`,
  };
  const lower: Side = {
    path: ['turn', 'relay_ports', 'min'],
    message: (other) => `must be at most ${max - apart}, ${why(other, max)}, got ${min}`,
  };
  yield { sides: min + apart > 65535 ? [lower, raise] : [raise, lower], from: [['turn', 'enabled']] };
}

function* renewalBeforeEnd({ tls }: Config): Generator<Conflict> {
  if (tls.renew_before_days < tls.validity_days) return;
  yield {
    sides: [
      {
        path: ['tls', 'renew_before_days'],
        message: (other) =>
          `must be less than the ${tls.validity_days} days of ${other}, got ${tls.renew_before_days}`,
      },
      {
        path: ['tls', 'validity_days'],
        message: (other) =>
          `must be more than the ${tls.renew_before_days} days of ${other}, got ${tls.validity_days}`,
      },
    ],
  };
}

/** What a mode cannot do without. */
function* modeHasItsSettings({ tls }: Config): Generator<Conflict> {
  const needed = {
    internal: [],
    files: [
      { path: ['tls', 'files', 'certificate'], value: tls.files.certificate },
      { path: ['tls', 'files', 'key'], value: tls.files.key },
    ],
    acme: [{ path: ['tls', 'acme', 'directory'], value: tls.acme.directory }],
  }[tls.mode];
  for (const { path, value } of needed) {
    if (value !== null) continue;
    yield {
      sides: [
        { path, message: (other) => `must be given, as ${other} is ${tls.mode}, got nothing` },
        { path: ['tls', 'mode'], message: (other) => `needs ${other} to be given, got ${tls.mode}` },
      ],
    };
  }
}

function* termsAgreed({ tls }: Config): Generator<Conflict> {
  if (tls.mode !== 'acme' || tls.acme.terms_agreed) return;
  yield {
    sides: [
      {
        path: ['tls', 'acme', 'terms_agreed'],
        message: (other) =>
          `must be true, as ${other} is acme and the authority asks for it, got false; read its terms first`,
      },
      {
        path: ['tls', 'mode'],
        message: (other) =>
          `needs you to agree to the authority's terms with ${other}, got acme; read them first`,
      },
    ],
  };
}

/** The hosts of sites for which an authority can see by HTTP whose they are (RFC 8555, section 8.3). */
export function orderableHosts(sites: Config['sites']): string[] {
  return sites.map(({ host }) => host).filter((host) => isIP(host) === 0 && host.includes('.'));
}

function* somethingCanBeOrdered({ tls, sites }: Config): Generator<Conflict> {
  if (tls.mode !== 'acme' || orderableHosts(sites).length > 0) return;
  const hosts = sites.map(({ host }) => shown(host)).join(', ');
  yield {
    sides: [
      {
        path: ['tls', 'mode'],
        message: (other) =>
          `acme needs a host name with a dot in ${other}: addresses and bare names cannot be ordered, got ${hosts}`,
      },
      {
        path: ['sites'],
        message: (other) =>
          `must have a host name with a dot, as ${other} is acme and orders nothing else, got ${hosts}`,
      },
    ],
    from: sites.map((_, index) => ['sites', index, 'host']),
  };
}

function* sitesDiffer({ sites }: Config): Generator<Conflict> {
  yield* repeated(
    sites.map(({ host }) => host),
    (index) => ['sites', index, 'host'],
  );
}

function* announcedOnce({ network }: Config): Generator<Conflict> {
  yield* repeated(network.announced_addresses, (index) => ['network', 'announced_addresses', index]);
}

/** Hosts that are the same however they are spelt, told at the later one. */
function* repeated(hosts: readonly string[], path: (index: number) => Path): Generator<Conflict> {
  const spelt = hosts.map(canonicalHost);
  for (const [index, host] of spelt.entries()) {
    const first = spelt.indexOf(host);
    if (first === index || host === '') continue;
    yield {
      sides: [
        { path: path(index), message: (other) => `must differ from ${other}, got ${shown(host)} again` },
        { path: path(first), message: (other) => `must differ from ${other}, got ${shown(host)} in both` },
      ],
    };
  }
}

/** Loopback is let through, beside others too: somebody may sit at this machine. */
function* announcedReachable({ network }: Config): Generator<Conflict> {
  for (const [index, address] of network.announced_addresses.entries()) {
    if (!ipaddr.isValid(address)) continue;
    const wanted = whatItShouldBe(address);
    if (wanted === undefined) continue;
    const message = () => `must be ${wanted}, got ${shown(address)}`;
    yield { sides: [{ path: ['network', 'announced_addresses', index], message }] };
  }
}

function whatItShouldBe(address: string): string | undefined {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) {
    return `an IPv4 address written as such, ${parsed.toIPv4Address()}`;
  }
  if (range === 'unspecified') return 'one address that browsers can connect to';
  if (range === 'multicast' || range === 'broadcast') return 'the address of one machine';
  // In a browser on another machine the zone, without which such an address means nothing, is another one.
  const linkLocal = parsed instanceof ipaddr.IPv6 && (range === 'linkLocal' || address.includes('%'));
  return linkLocal ? 'an address that means the same on every machine' : undefined;
}

function* listenAddressOfOneMachine({ https }: Config): Generator<Conflict> {
  const range = ipaddr.parse(https.address).range();
  if (range !== 'multicast' && range !== 'broadcast') return;
  const message = () => `must be an address of this machine, or :: for all, got ${shown(https.address)}`;
  yield { sides: [{ path: ['https', 'address'], message }] };
}

/** The relay's secret is in coturn's hands too. Who has it must not control the SFU. */
function* secretsApart({ media, turn }: Config): Generator<Conflict> {
  if (media.secret_file === null || media.secret_file !== turn.secret_file) return;
  const message = (other: string) => `must be a file of its own, got the file of ${other}`;
  yield {
    sides: [
      { path: ['turn', 'secret_file'], message },
      { path: ['media', 'secret_file'], message },
    ],
  };
}

function* socketPathFits({ media }: Config): Generator<Conflict> {
  const bytes = Buffer.byteLength(media.control);
  if (!isSocketPath(media.control) || bytes <= LONGEST_SOCKET_BYTES) return;
  const message = () =>
    `must be a socket whose whole path is at most ${LONGEST_SOCKET_BYTES} bytes long, got ${bytes}; ` +
    'set a shorter one, or move the data folder with LINKELLO_DATA';
  yield { sides: [{ path: ['media', 'control'], message }] };
}

function* idleWithinSession({
  sign_in: { session_idle_hours: hours, session_days: days },
}: Config): Generator<Conflict> {
  if (hours <= 24 * days) return;
  yield {
    sides: [
      {
        path: ['sign_in', 'session_idle_hours'],
        message: (other) => `must be at most ${24 * days}, the hours of ${other}, got ${hours}`,
      },
      {
        path: ['sign_in', 'session_days'],
        message: (other) => `must be at least ${Math.ceil(hours / 24)}, the days of ${other}, got ${days}`,
      },
    ],
  };
}

/** A relay takes no letter without knowing whose it is; and what is set for a relay needs one. */
function* relayIsComplete({ mail }: Config): Generator<Conflict> {
  if (mail.host !== null && mail.from_address === null) {
    yield {
      sides: [
        {
          path: ['mail', 'from_address'],
          message: (other) => `must be given, as letters go to the relay of ${other}, got nothing`,
        },
        {
          path: ['mail', 'host'],
          message: (other) => `needs ${other} to be given, got ${shown(mail.host)}`,
        },
      ],
    };
  }
  const forRelays = ['ca_file', 'user', 'password_file'] as const;
  const [first] = forRelays.filter((name) => mail[name] !== null);
  if (mail.host !== null || first === undefined) return;
  yield {
    sides: [
      {
        path: ['mail', 'host'],
        message: (other) => `must be given, as ${other} is for a relay, got nothing`,
      },
      { path: ['mail', first], message: (other) => `needs ${other} to be given` },
    ],
  };
}

/** Without both a gateway could not know whom to write what. */
function* gatewayIsComplete({ clinic: { sms } }: Config): Generator<Conflict> {
  const forGateways = ['body', 'token_file'] as const;
  const [first] = forGateways.filter((name) => sms[name] !== null);
  if (sms.url === null && first !== undefined) {
    yield {
      sides: [
        {
          path: ['clinic', 'sms', 'url'],
          message: (other) => `must be given, as ${other} is for a gateway, got nothing`,
        },
        { path: ['clinic', 'sms', first], message: (other) => `needs ${other} to be given` },
      ],
    };
  }
  if (sms.url === null) return;
  const missing = ['{phone}', '{text}'].find((gap) => !`${sms.url} ${sms.body ?? ''}`.includes(gap));
  if (missing === undefined) return;
  yield {
    sides: [
      {
        path: ['clinic', 'sms', sms.body === null ? 'url' : 'body'],
        message: () => `must say where ${missing} belongs, got none`,
      },
    ],
  };
}

/** A login is a name and a password. */
function* loginIsComplete({ mail }: Config): Generator<Conflict> {
  if ((mail.user === null) === (mail.password_file === null)) return;
  const sides = (['user', 'password_file'] as const).map((name): Side => {
    const isMissing = mail[name] === null;
    const message = (other: string) =>
      isMissing ? `must be given, as ${other} is, got nothing` : `needs ${other} to be given`;
    return { path: ['mail', name], message };
  });
  const [user, password] = sides as [Side, Side];
  yield { sides: mail.user === null ? [user, password] : [password, user] };
}

/** On either port relays speak one way only (RFC 8314, section 3.3); the other would wait for an answer in vain. */
function* mailPortFits({ mail }: Config): Generator<Conflict> {
  const wanted = { 465: 'tls', 587: 'starttls' }[mail.port];
  if (wanted === undefined || wanted === mail.security) return;
  yield {
    sides: [
      {
        path: ['mail', 'security'],
        message: (other) => `must be ${wanted}, as ${other} is ${mail.port}, got ${mail.security}`,
      },
      {
        path: ['mail', 'port'],
        message: (other) =>
          `must be another, or ${other} must be ${wanted}, got ${mail.port} with ${mail.security}`,
      },
    ],
  };
}

/** People must know who has their data, and whom to ask about it (GDPR, Article 13(1)(a) and (b)). */
function* controllerIsNamed({ controller }: Config): Generator<Conflict> {
  if (controller.trial) return;
  const trial: Path = ['controller', 'trial'];
  const missing: readonly { readonly path: Path; readonly what: string }[] = [
    ...(controller.name.trim() === '' ? [{ path: ['controller', 'name'], what: 'given' }] : []),
    ...(controller.address === null ? [{ path: ['controller', 'address'], what: 'given' }] : []),
    ...(controller.dpo_email === null && controller.dpo_address === null
      ? [{ path: ['controller', 'dpo_email'], what: 'given, or controller.dpo_address' }]
      : []),
  ];
  for (const { path, what } of missing) {
    yield {
      sides: [
        { path, message: (other) => `must be ${what}, as ${other} is false, got nothing` },
        { path: trial, message: (other) => `needs ${other} to be given, got false` },
      ],
    };
  }
}

export const rules: readonly Rule[] = [
  { name: 'no port is used twice', conflicts: portsApart },
  { name: 'the containers publish the port that is set', conflicts: publishedAsSaid },
  { name: 'every worker has a port', conflicts: mediaPortsExist },
  { name: 'the relay has ports', conflicts: relayHasRoom },
  { name: 'certificates are renewed before they end', conflicts: renewalBeforeEnd },
  { name: 'a mode of tls has the settings that it needs', conflicts: modeHasItsSettings },
  { name: 'the terms of ACME are agreed to', conflicts: termsAgreed },
  { name: 'ACME has something to order', conflicts: somethingCanBeOrdered },
  { name: 'no two sites have the same host', conflicts: sitesDiffer },
  { name: 'no address is announced twice', conflicts: announcedOnce },
  { name: 'announced addresses can be reached', conflicts: announcedReachable },
  { name: 'pages are served at one machine', conflicts: listenAddressOfOneMachine },
  { name: 'no two uses share a secret', conflicts: secretsApart },
  { name: 'the control socket can be opened', conflicts: socketPathFits },
  { name: 'a mail relay has what it needs', conflicts: relayIsComplete },
  { name: 'a gateway for text messages has what it needs', conflicts: gatewayIsComplete },
  { name: 'a login to the mail relay is a name and a password', conflicts: loginIsComplete },
  { name: 'the port of the mail relay fits its security', conflicts: mailPortFits },
  { name: 'outside of a trial people know who has their data', conflicts: controllerIsNamed },
  { name: 'nobody is idle for longer than they are signed in', conflicts: idleWithinSession },
];

/** Names a setting of the file by path and line; one that is not in it as the default. */
export function named(path: Path, line: number | undefined): string {
  return `${dotted(path)} (${line === undefined ? 'default' : `line ${line}`})`;
}
