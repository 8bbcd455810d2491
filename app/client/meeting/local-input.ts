import type { DeviceFault } from './device-fault.ts';

export type InputKind = 'microphone' | 'camera';

/** A camera or a microphone as the person wants it and as it is. */
export interface LocalInput {
  /** What is wanted. A muted microphone is off and keeps its track; a camera that is off has none. */
  readonly on: boolean;
  /** Null while there is none to be had, or none was asked for. */
  readonly track: MediaStreamTrack | null;
  /** The browser is asking the person, or the device is starting. */
  readonly pending: boolean;
  /** Why the last attempt failed; null after one that worked. */
  readonly fault: DeviceFault | null;
  /** Something else holds the device for now, a phone call perhaps: nothing comes from it, and it comes back. */
  readonly interrupted: boolean;
  /** The device's own name; empty while there is none. */
  readonly label: string;
}

/** One choice of a list. The label is empty until the browser allowed a device of that kind. */
export interface DeviceChoice {
  readonly id: string;
  readonly label: string;
}

export type DeviceRole = InputKind | 'speaker';
