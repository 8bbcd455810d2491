import { sfuPaths } from '../sfu-paths.ts';

/** A call with the SFU by UDP, which is how nearly all media goes. */
export const mediaUdp = sfuPaths('udp');
