import type { Settings } from './schema.ts';
import type { Mail } from './sections/mail.ts';
import type { Media } from './sections/media.ts';
import type { Meetings } from './sections/meetings.ts';
import type { Network } from './sections/network.ts';
import type { Privacy } from './sections/privacy.ts';
import type { Rooms } from './sections/rooms.ts';
import type { Site } from './sections/sites.ts';
import type { Turn } from './sections/turn.ts';

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
  readonly network: Network;
  readonly media: Media;
  readonly turn: Turn;
  readonly mail: Mail;
  readonly rooms: Rooms;
  readonly meetings: Meetings;
  readonly privacy: Privacy;
}
