import type { Check } from './check.ts';
import { app } from './checks/app.ts';
import { certificate } from './checks/certificate.ts';
import { clock } from './checks/clock.ts';
import { disk } from './checks/disk.ts';
import { mail } from './checks/mail.ts';
import { media } from './checks/media.ts';
import { mediaTcp } from './checks/media-tcp.ts';
import { mediaUdp } from './checks/media-udp.ts';
import { memory } from './checks/memory.ts';
import { names } from './checks/names.ts';
import { pages } from './checks/pages.ts';
import { relay } from './checks/relay.ts';
import { secrets } from './checks/secrets.ts';
import { statistics } from './checks/statistics.ts';
import { versions } from './checks/versions.ts';

/** Every check but that of the configuration, which comes before them, in the order in which they are told. */
export const checks: readonly Check[] = [
  versions,
  clock,
  disk,
  memory,
  secrets,
  names,
  app,
  pages,
  certificate,
  media,
  mediaUdp,
  mediaTcp,
  relay,
  mail,
  statistics,
];
