import type { Settings, Site } from './schema.ts';

/** The configuration as every process gets it: settings checked, defaults and automatic values filled in. */
export interface Config
  extends Omit<Settings, 'sites' | 'network' | 'media' | 'turn' | 'mail' | 'rooms' | 'meetings' | 'privacy'> {
  /** Absolute path of the YAML file; it need not exist. */
  readonly file: string;
  /** Absolute path of the folder that holds everything the appliance writes. It need not exist yet. */
  readonly dataFolder: string;
  /**
   * The port of the host that leads to `https.port` of a container; null outside of containers. Those who publish it
   * say so with `LINKELLO_PUBLISHED_PORT`.
   */
  readonly publishedPort: number | null;
  /**
   * Where the app reaches Matomo, `http://analytics:8080`; null where there is none: switched off, or not in containers.
   * `LINKELLO_ANALYTICS_URL` names another one.
   */
  readonly analyticsOrigin: string | null;
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
  readonly mail: Settings['mail'] & { readonly port: number };
  readonly rooms: Settings['rooms'] & { readonly anyone_can_open: boolean };
  readonly meetings: Settings['meetings'] & { readonly files: boolean };
  readonly privacy: Settings['privacy'] & { readonly invitation_days: number; readonly letter_days: number };
  readonly turn: Settings['turn'] & {
    /**
     * The Unix socket that leads the app to the relay in another container, whatever packet filter is between them;
     * null: it goes by the relay's TCP port. `LINKELLO_TURN_SOCKET` names it.
     */
    readonly socket: string | null;
  };
}
