import { isIP } from 'node:net';
import type { Site } from '../../../config/sections/sites.ts';

/**
 * The hosts for which a choice holds that is made on one of them, that one included, in the order of the settings.
 * Sites that name no group are one. An address is left out of it: who came by a name may not reach it.
 */
export function hostsWith(sites: readonly Site[], host: string): readonly string[] {
  const own = sites.find((site) => site.host === host);
  if (own === undefined) return [host];
  if (own.group === null && isIP(host) !== 0) return [host];
  return sites
    .filter((site) => site.group === own.group && (site.group !== null || isIP(site.host) === 0))
    .map((site) => site.host);
}
