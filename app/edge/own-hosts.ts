import type { Config } from '../../config/config.ts';
import { describeMachine } from '../../config/machine.ts';

/**
 * Every name and address that this server is reached under, as of now: those of the configuration, the preferred
 * ones first, then those that the machine has anyway. Some may occur twice.
 */
export function ownHosts(config: Pick<Config, 'sites' | 'network'>): string[] {
  const machine = describeMachine();
  return [
    ...config.sites.map((site) => site.host),
    ...config.network.announced_addresses,
    machine.hostName,
    // Under this one other machines find it by multicast DNS (RFC 6762).
    ...(machine.hostName.includes('.') ? [] : [`${machine.hostName}.local`]),
    ...machine.addresses,
    'localhost',
    '127.0.0.1',
    '::1',
  ];
}
