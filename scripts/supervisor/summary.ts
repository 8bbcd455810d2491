import { FIRST_OWNER_LINK_HOURS } from '../../app/identity/first-owner/first-owner.ts';
import type { Config } from '../../config/config.ts';

/** What came up. */
export interface Outcome {
  readonly config: Config;
  readonly fileExists: boolean;
  /** Where browsers find it, the preferred one first; at least one. */
  readonly urls: readonly string[];
  readonly relay: 'running' | 'not installed' | 'not running' | 'switched off';
  /** What makes the first owner, as long as there is none; else null. */
  readonly ownerLink: string | null;
  /** Milliseconds that the start took. */
  readonly tookMs: number;
}

const LOOPBACK = /^(127\.|\[::1\]$)/;

/** What is told when everything is up. The last line is the link alone. */
export function summary({ config, fileExists, urls, relay, ownerLink, tookMs }: Outcome): string {
  const { media, network, turn } = config;
  const last = media.port + media.workers - 1;
  const relays = {
    running: `coturn, port ${turn.port} (TLS ${turn.tls_port})`,
    'not installed': 'none, because coturn is not installed: browsers must reach the SFU directly',
    'not running': 'none, because coturn does not start: browsers must reach the SFU directly',
    'switched off': 'none (turn.enabled)',
  };
  const [first = '', ...others] = urls;
  return [
    `Linkello is up, after ${(tookMs / 1000).toFixed(1)} s. Ctrl-C stops it.`,
    '',
    `  settings  ${config.file}${fileExists ? '' : ' (not there: all as by default)'}`,
    `  data      ${config.dataFolder}`,
    `  SFU       UDP and TCP port ${media.port}${last > media.port ? `–${last}` : ''} of ${network.announced_addresses.join(', ')}`,
    `  relay     ${relays[relay]}`,
    `  trust     ${new URL('/trust', first).href} has the certificate that each device needs once`,
    ...others.filter((url) => !LOOPBACK.test(new URL(url).hostname)).map((url) => `  also at   ${url}`),
    ...(ownerLink === null
      ? []
      : [
          '',
          `Nobody owns this server yet. Open this link to become its owner; it works once, within ${FIRST_OWNER_LINK_HOURS} hours:`,
          '',
          `  ${ownerLink}`,
          '',
          'The pages:',
        ]),
    '',
    first,
    '',
  ].join('\n');
}
