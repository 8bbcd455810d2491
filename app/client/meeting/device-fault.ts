/**
 * Why a camera or microphone cannot be had, by what the person can do about it.
 *
 * `denied`: the page may not use it. `denied_by_system`: the browser itself may not. `in_use`: another program has it.
 * `none`: there is no such device. `unsuitable`: there is one, but it
 * does nothing of what a call needs. `insecure`: browsers give devices to https pages only. `unknown`: anything else.
 */
export type DeviceFault =
  | 'denied'
  | 'denied_by_system'
  | 'in_use'
  | 'none'
  | 'unsuitable'
  | 'insecure'
  | 'unknown';

/** Names of DOMExceptions from getUserMedia (W3C Media Capture and Streams, section 10.3). */
const faultsByName: Readonly<Record<string, DeviceFault>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'unsuitable',
  NotReadableError: 'in_use',
  AbortError: 'in_use',
};

export function deviceFaultOf(thrown: unknown): DeviceFault {
  if (!(thrown instanceof Error || thrown instanceof DOMException)) return 'unknown';
  // The only sign by which Chromium tells the two refusals apart.
  if (thrown.name === 'NotAllowedError' && /system/i.test(thrown.message)) return 'denied_by_system';
  return faultsByName[thrown.name] ?? 'unknown';
}
