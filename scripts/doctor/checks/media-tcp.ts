import { sfuPaths } from '../sfu-paths.ts';

/** A call with the SFU by TCP, for networks that let no UDP through. */
export const mediaTcp = sfuPaths('tcp');
