import { isIPv6 } from 'node:net';
import { exitOnConfigError, inspectConfig, type LoadedConfig } from '../../config/load.ts';
import { portsInUse } from '../../config/ports.ts';
import { RELAY_PORTS_PER_PARTICIPANT } from '../../config/sections/turn.ts';

/** `linkello check [FILE]`: a summary and 0, or the faults and 2. Writes nothing and starts nothing. */
export async function run(args: readonly string[]): Promise<number> {
  const [file, ...others] = args;
  if (others.length > 0 || file === '' || file?.startsWith('-')) {
    process.stderr.write('Usage: linkello check [FILE]\n');
    return 2;
  }
  const environment = file === undefined ? process.env : { ...process.env, LINKELLO_CONFIG: file };
  const loaded = await inspectConfig(environment).catch(exitOnConfigError);
  process.stdout.write(summary(loaded));
  return 0;
}

/** What a right configuration comes to, as lines for a person. */
export function summary({ config, shownFile, fileExists, changed }: LoadedConfig): string {
  const { sites, https, network, media, turn } = config;
  const relay = turn.enabled
    ? `on, for ${Math.floor((turn.relay_ports.max - turn.relay_ports.min + 1) / RELAY_PORTS_PER_PARTICIPANT)} participants at once`
    : 'off';
  const rows: (readonly [string, readonly string[]])[] = [
    ['Pages', sites.map(({ host }) => pageAddress(host, https.port))],
    ['Firewall', [`open ${openPorts(config).join(', ')}`]],
    ['Media', [`${count(media.workers, 'worker')}, announced at ${network.announced_addresses.join(', ')}`]],
    ['Relay', [relay]],
    ['Data', [config.dataFolder]],
  ];
  const lines = rows.flatMap(([name, values]) =>
    values.map((value, index) => `  ${(index === 0 ? name : '').padEnd(9)} ${value}`),
  );
  const head = fileExists
    ? `${shownFile}: correct`
    : `${shownFile}: not there, so everything is as by default`;
  const differ =
    changed.length === 0
      ? 'No setting differs'
      : `${count(changed.length, 'setting')} ${changed.length === 1 ? 'differs' : 'differ'}`;
  const which = changed.length === 0 ? '' : `: ${changed.join(', ')}`;
  return `${head}\n${lines.join('\n')}\n${differ} from the default${which}\n`;
}

function pageAddress(host: string, port: number): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  return `https://${name}${port === 443 ? '' : `:${port}`}/`;
}

/** Ports that nobody comes to from elsewhere: app to SFU, and relay to SFU on one machine. */
const WITHIN = new Set(['media.control', 'turn.relay_ports']);

/** `8443/tcp`, `44300-44303/tcp+udp`. */
function openPorts(config: LoadedConfig['config']): string[] {
  return portsInUse(config)
    .filter(({ path }) => !WITHIN.has(path.join('.')))
    .map(({ first, last, protocols }) => {
      const range = first === last ? `${first}` : `${first}-${last}`;
      return `${range}/${protocols.join('+').toLowerCase()}`;
    });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
