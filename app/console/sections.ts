import type { Site } from '../../config/sections/sites.ts';
import { type Permission, reachOf } from '../kernel/permissions.ts';
import type { Role } from '../kernel/roles.ts';

/** The entries of the console's navigation, in their order. Their texts are `console.sections.<name>`. */
const sections = [
  { name: 'overview', path: '/console', permission: 'overview.read', icon: 'gauge' },
  { name: 'waiting', path: '/clinic', permission: 'clinic.use', icon: 'hand', edition: 'med' },
  { name: 'areas', path: '/console/areas', permission: 'areas.read', icon: 'building', edition: 'med' },
  {
    name: 'appointments',
    path: '/console/appointments',
    permission: 'clinic.use',
    icon: 'clock',
    edition: 'med',
  },
  { name: 'people', path: '/console/people', permission: 'people.read', icon: 'people' },
  {
    name: 'organisations',
    path: '/console/organisations',
    permission: 'organisations.read',
    icon: 'building',
  },
  { name: 'rooms', path: '/console/rooms', permission: 'rooms.read', icon: 'door' },
  { name: 'meetings', path: '/console/meetings', permission: 'meetings.read', icon: 'camera' },
  { name: 'statistics', path: '/console/statistics', permission: 'statistics.read', icon: 'pulse' },
  { name: 'attestations', path: '/console/attestations', permission: 'attestations.read', icon: 'shield' },
  { name: 'audience', path: '/console/audience', permission: 'audience.read', icon: 'gauge' },
  { name: 'letters', path: '/console/letters', permission: 'letters.read', icon: 'letter' },
  { name: 'contacts', path: '/console/contacts', permission: 'contacts.read', icon: 'people' },
  { name: 'newsletter', path: '/console/newsletter', permission: 'newsletter.read', icon: 'letter' },
  {
    name: 'service_tokens',
    path: '/console/service-tokens',
    permission: 'service_tokens.read',
    icon: 'link',
    edition: 'med',
  },
  { name: 'settings', path: '/console/settings', permission: 'settings.read', icon: 'devices' },
  { name: 'processing', path: '/console/processing', permission: 'processing.read', icon: 'shield' },
  { name: 'requests', path: '/console/requests', permission: 'requests.read', icon: 'link' },
  { name: 'retention', path: '/console/retention', permission: 'retention.read', icon: 'clock' },
  { name: 'audit', path: '/console/audit', permission: 'audit.read', icon: 'log' },
  { name: 'health', path: '/console/health', permission: 'health.read', icon: 'pulse' },
] as const satisfies readonly {
  readonly name: string;
  readonly path: string;
  readonly permission: Permission;
  readonly icon: string;
  /** Only on sites of this edition. */
  readonly edition?: Site['edition'];
}[];

export type Section = (typeof sections)[number];
export type SectionName = Section['name'];

/** What a role finds in its navigation on a site of an edition; never empty, as everybody has rooms. */
export function sectionsOf(role: Role, edition: Site['edition']): readonly Section[] {
  return sections.filter(
    (section) =>
      reachOf(role, section.permission) !== null && (!('edition' in section) || section.edition === edition),
  );
}

/** Where a role lands that opens the console. */
export function homeOf(role: Role): string {
  const home = sections.find(
    ({ name, permission }) => (name === 'overview' || name === 'rooms') && reachOf(role, permission) !== null,
  );
  return home?.path ?? '/account';
}
