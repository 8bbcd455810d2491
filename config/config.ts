import type { Settings, Site } from './schema.ts';

/** The configuration as every process gets it: settings checked, defaults and automatic values filled in. */
export interface Config extends Omit<Settings, 'sites' | 'network' | 'media'> {
  /** Absolute path of the YAML file; it need not exist. */
  readonly file: string;
  /** Absolute path of the folder that holds everything the appliance writes. It need not exist yet. */
  readonly dataFolder: string;
  /** At least one. Hosts are in small letters, IPv6 addresses in their short form without brackets. */
  readonly sites: readonly Site[];
  readonly network: {
    /** Addresses at which browsers reach the SFU, the preferred one first; at least one, no two the same. */
    readonly announced_addresses: readonly string[];
  };
  readonly media: Settings['media'] & {
    readonly workers: number;
    /** `HOST:PORT`, or the absolute path of a Unix socket; a path has a slash in it, an address has none. */
    readonly control: string;
  };
}
