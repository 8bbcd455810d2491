import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificateConflicts } from './certificate-files.ts';
import type { Config } from './config.ts';
import { type Conflict, named } from './conflict.ts';
import { dataFolders } from './data-folder.ts';
import { LARGEST_FILE_BYTES, type PlacedFinding, readDocument } from './document.ts';
import { ConfigError, dotted, Fault, type Finding, type Path } from './faults.ts';
import { canonicalHost, isSocketPath, parseHostAndPort } from './formats.ts';
import { gatewayConflicts } from './gateway-files.ts';
import { logoConflicts } from './logo-files.ts';
import { describeMachine } from './machine.ts';
import { mailConflicts } from './mail-files.ts';
import type { Positions } from './positions.ts';
import { rules } from './rules.ts';
import type { Settings } from './schema.ts';
import { inspectSecrets } from './secrets.ts';
import { readSettings } from './settings.ts';

export type { Config } from './config.ts';
export { ConfigError, exitOnConfigError, type Fault } from './faults.ts';

const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** A configuration with what is worth telling about where it comes from. */
export interface LoadedConfig {
  readonly config: Config;
  /** The file as its reader knows it: as it was named, or relative to the working folder. */
  readonly shownFile: string;
  /** False: there is no file, and everything is as by default. */
  readonly fileExists: boolean;
  /** The settings whose value is not the default, by path. */
  readonly changed: readonly string[];
}

/**
 * The configuration of this machine. Nothing is written.
 *
 * `LINKELLO_CONFIG` names the YAML file (default: `config/linkello.yaml` of the checkout, which may be missing) and
 * `LINKELLO_DATA` the data folder (default: `data` of the checkout, which may be missing). Both start from the working
 * folder; empty ones count as not set. Relative paths in the YAML start from its folder. In containers
 * `LINKELLO_PUBLISHED_PORT` is the default of `https.port`, see `Config`.
 *
 * @throws ConfigError with everything that is wrong.
 */
export async function loadConfig(environment: NodeJS.ProcessEnv = process.env): Promise<Config> {
  return (await inspect(environment, async () => [])).config;
}

/**
 * {@link loadConfig}, for those who tell people about it. Certificates, logos and the relay's password that the settings
 * name are looked at too: not every process of a running appliance can read them, and one that has ended must not keep a
 * server down.
 */
export async function inspectConfig(environment: NodeJS.ProcessEnv = process.env): Promise<LoadedConfig> {
  return inspect(environment, async (config) => [
    ...(await certificateConflicts(config, Date.now())),
    ...(await mailConflicts(config)),
    ...(await gatewayConflicts(config)),
    ...(await logoConflicts(config)),
  ]);
}

async function inspect(
  environment: NodeJS.ProcessEnv,
  outside: (config: Config) => Promise<readonly Conflict[]>,
): Promise<LoadedConfig> {
  const namedFile = environment.LINKELLO_CONFIG || undefined;
  const file = resolve(namedFile ?? join(CHECKOUT, 'config', 'linkello.yaml'));
  const shownFile = namedFile ?? shortest(file);
  const dataFolder = resolve(environment.LINKELLO_DATA || join(CHECKOUT, 'data'));

  const faults: Fault[] = await dataFolderFaults(dataFolder);
  const bytes = await readBytes(file, shownFile);
  if (bytes === null && namedFile !== undefined) {
    faults.push(wholeFile(shownFile, 'must name a file, got a name that no file has'));
  }
  const document = readDocument(bytes ?? new Uint8Array());
  const read = readSettings(document.value);
  const publishedPort = Number(environment.LINKELLO_PUBLISHED_PORT) || null;
  const settings =
    publishedPort === null || document.positions.has(['https', 'port'])
      ? read.settings
      : { ...read.settings, https: { ...read.settings.https, port: publishedPort } };
  const socket = environment.LINKELLO_TURN_SOCKET || null;
  const analyticsOrigin = originOfMatomo(settings, publishedPort, environment.LINKELLO_ANALYTICS_URL);
  const config = complete(settings, file, dataFolder, { publishedPort, socket, analyticsOrigin });

  faults.push(...document.findings.map((each) => placed(shownFile, each)));
  if (document.value === undefined && faults.length > 0) throw new ConfigError(faults);

  const findings = [...read.findings];
  const right = (path: Path) => !read.findings.some((each) => touches(each.path, path));
  const conflicts = [...rules.flatMap((rule) => [...rule.conflicts(config)]), ...(await outside(config))];
  for (const conflict of conflicts) {
    const about = [...conflict.sides.flatMap((side) => (side ? [side.path] : [])), ...(conflict.from ?? [])];
    if (about.every(right)) findings.push(tell(conflict, document.positions));
  }
  const secrets = await inspectSecrets(config);
  faults.push(...secrets.ours);
  findings.push(...secrets.named);
  faults.push(...findings.map((each) => locate(shownFile, document.positions, each)));

  if (faults.length > 0) throw new ConfigError(faults);
  return { config, shownFile, fileExists: bytes !== null, changed: read.changed };
}

/** Elsewhere than between containers the name `analytics` may be anybody's. */
function originOfMatomo(
  { analytics }: Settings,
  publishedPort: number | null,
  named: string | undefined,
): string | null {
  if (!analytics.enabled) return null;
  if (named) return new URL(named).origin;
  return publishedPort === null ? null : 'http://analytics:8080';
}

/** A path as somebody in the working folder would write it. */
function shortest(file: string): string {
  const fromHere = relative(process.cwd(), file);
  return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? file : fromHere;
}

/** The bytes of the file; null if there is none. */
async function readBytes(file: string, shownFile: string): Promise<Uint8Array | null> {
  try {
    // Not to wait for a writer, should it be a pipe.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const about = await handle.stat();
      if (about.isDirectory()) throw whole(shownFile, 'must be a file, got a folder');
      if (!about.isFile()) throw whole(shownFile, 'must be a file, got something else');
      if (about.size > LARGEST_FILE_BYTES) {
        throw whole(shownFile, `must be at most ${LARGEST_FILE_BYTES} bytes long, got ${about.size}`);
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const why =
      code === 'EACCES' || code === 'EPERM' ? 'this user may not read it' : (code ?? 'unknown error');
    throw whole(shownFile, `must be a file that can be read, but ${why}`);
  }
}

async function dataFolderFaults(folder: string): Promise<Fault[]> {
  const about = await stat(folder).catch(() => null);
  if (about === null || about.isDirectory()) return [];
  return [
    new Fault(shortest(folder), { line: 1, column: 1 }, 'LINKELLO_DATA', 'must be a folder, got a file'),
  ];
}

function wholeFile(file: string, message: string): Fault {
  return new Fault(file, { line: 1, column: 1 }, '', message);
}

function whole(file: string, message: string): ConfigError {
  return new ConfigError([wholeFile(file, message)]);
}

function placed(file: string, { place, path, message }: PlacedFinding): Fault {
  return new Fault(file, place, path, message);
}

function locate(file: string, positions: Positions, { path, at, message }: Finding): Fault {
  const place = at === 'key' ? positions.key(path) : positions.value(path);
  return new Fault(file, place, dotted(path), message);
}

/** Whether one path is the other, or leads to it. */
function touches(a: Path, b: Path): boolean {
  return a.slice(0, b.length).every((step, index) => step === b[index]);
}

/** A conflict as a finding at the first of its sides that the file sets. */
function tell({ sides: [first, second] }: Conflict, positions: Positions): Finding {
  if (second === undefined) return { path: first.path, at: 'value', message: first.message('') };
  const [here, there] =
    positions.has(first.path) || !positions.has(second.path) ? [first, second] : [second, first];
  const line = positions.has(there.path) ? positions.key(there.path).line : undefined;
  return { path: here.path, at: 'value', message: here.message(named(there.path, line)) };
}

/** Fills in what is found out at start. */
function complete(
  settings: Settings,
  file: string,
  dataFolder: string,
  {
    publishedPort,
    socket,
    analyticsOrigin,
  }: Pick<Config, 'publishedPort' | 'analyticsOrigin'> & { readonly socket: string | null },
): Config {
  const machine = describeMachine();
  const folder = dirname(file);
  const { sites, tls, network, media, turn, mail, clinic, rooms, meetings, privacy } = settings;
  // Health care begins with what is closed, and is kept for a short time.
  const isMed = sites.some(({ edition }) => edition === 'med');
  const keptDays = isMed ? 7 : 30;
  const absolute = (path: string | null) => (path === null ? null : resolve(folder, path));
  return {
    ...settings,
    file,
    dataFolder,
    publishedPort,
    analyticsOrigin,
    sites:
      sites.length > 0
        ? sites.map((site) => ({ ...site, host: canonicalHost(site.host), logo: absolute(site.logo) }))
        : [
            {
              host: machine.hostName,
              name: 'Linkello',
              language: 'en',
              edition: 'pro',
              logo: null,
              colour: null,
              group: null,
            },
          ],
    https: { ...settings.https, address: canonicalHost(settings.https.address) },
    tls: {
      ...tls,
      files: {
        certificate: absolute(tls.files.certificate),
        key: absolute(tls.files.key),
        chain: absolute(tls.files.chain),
      },
      acme: { ...tls.acme, ca_file: absolute(tls.acme.ca_file) },
    },
    network: {
      announced_addresses:
        network.announced_addresses.length > 0
          ? network.announced_addresses.map(canonicalHost)
          : machine.addresses,
    },
    media: {
      ...media,
      workers: media.workers ?? Math.min(machine.cores, 256),
      control: controlAddress(media.control, folder, dataFolder),
      secret_file: absolute(media.secret_file),
    },
    turn: { ...turn, socket, secret_file: absolute(turn.secret_file) },
    mail: {
      ...mail,
      host: mail.host === null ? null : canonicalHost(mail.host),
      port: mail.port ?? submissionPorts[mail.security],
      ca_file: absolute(mail.ca_file),
      password_file: absolute(mail.password_file),
    },
    rooms: { ...rooms, anyone_can_open: rooms.anyone_can_open ?? !isMed },
    meetings: { ...meetings, files: meetings.files ?? !isMed },
    privacy: {
      ...privacy,
      invitation_days: privacy.invitation_days ?? keptDays,
      letter_days: privacy.letter_days ?? keptDays,
    },
    clinic: { ...clinic, sms: { ...clinic.sms, token_file: absolute(clinic.sms.token_file) } },
  };
}

/** Where relays take letters of those who belong to them (RFC 6409, section 3.1; RFC 8314, section 7.3). */
const submissionPorts = { starttls: 587, tls: 465 } as const;

function controlAddress(control: string | null, folder: string, dataFolder: string): string {
  if (control === null) return join(dataFolders(dataFolder).media, 'control.sock');
  if (isSocketPath(control)) return resolve(folder, control);
  const address = parseHostAndPort(control);
  if (address === undefined) return control;
  const host = canonicalHost(address.host);
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
