/** What a certificate authority is trusted by: systems, and Firefox, which on some of them goes its own way. */
export const trustingSystems = ['windows', 'macos', 'ios', 'android', 'linux', 'firefox'] as const;
export type TrustingSystem = (typeof trustingSystems)[number];

/**
 * What of this a reader uses, by the User-Agent header; empty where it does not say. An iPad calls itself a Mac
 * unless it is told otherwise, and nothing else in a request gives it away.
 */
export function visitorSystems(userAgent: string): TrustingSystem[] {
  const system = systemOf(userAgent);
  if (system === null) return [];
  // On phones it is told with the system; on the other two it trusts what they trust.
  return system === 'linux' && /Firefox\//.test(userAgent) ? ['firefox', 'linux'] : [system];
}

function systemOf(userAgent: string): TrustingSystem | null {
  // A phone's line also names the system that it descends from.
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (/Android/.test(userAgent)) return 'android';
  if (/Windows/.test(userAgent)) return 'windows';
  if (/Macintosh|Mac OS X/.test(userAgent)) return 'macos';
  return /Linux|X11|CrOS/.test(userAgent) ? 'linux' : null;
}
