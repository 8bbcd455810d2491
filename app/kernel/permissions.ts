import type { Role } from './roles.ts';

/** How far a permission goes: the whole appliance, the person's organisation, or what is their own. */
export type Reach = 'all' | 'organisation' | 'own';

const all = 'all';
const organisation = 'organisation';
const own = 'own';

/**
 * Who may do what: the only place that says so. A role that is not named may not. What lies beyond the reach answers
 * like what does not exist.
 */
export const permissions = {
  /** The page that guides the first owner. */
  'appliance.set_up': { owner: all },
  'overview.read': { owner: all, administrator: organisation, technical: all, dpo: all },
  'organisations.read': { owner: all, administrator: organisation, sales: all, marketing: all, dpo: all },
  'organisations.write': { owner: all },
  'people.read': { owner: all, administrator: organisation, sales: all, dpo: all },
  'people.write': { owner: all, administrator: organisation },
  'roles.write': { owner: all, administrator: organisation },
  'rooms.read': {
    owner: all,
    administrator: organisation,
    member: own,
    sales: own,
    marketing: own,
    technical: own,
    dpo: own,
  },
  'rooms.write': {
    owner: all,
    administrator: organisation,
    member: own,
    sales: own,
    marketing: own,
    technical: own,
    dpo: own,
  },
  'meetings.read': {
    owner: all,
    administrator: organisation,
    member: own,
    sales: own,
    marketing: own,
    technical: all,
    dpo: own,
  },
  'meetings.control': {
    owner: all,
    administrator: organisation,
    member: own,
    sales: own,
    marketing: own,
    technical: all,
    dpo: own,
  },
  /** Figures of meetings: totals, or those of the organisation. */
  'statistics.read': { owner: all, administrator: organisation, marketing: all, technical: all, dpo: all },
  /** How the audience is measured, and whether Matomo's settings are as privacy wants them. */
  'audience.read': { owner: all, marketing: all, technical: all, dpo: all },
  /** The reports of Matomo itself. */
  'audience.open': { owner: all, marketing: all },
  /** Technical attestations of meetings in one's own rooms, or those of others. */
  'attestations.read': {
    owner: all,
    administrator: organisation,
    member: own,
    sales: own,
    marketing: own,
    technical: own,
    dpo: own,
  },
  'letters.read': { owner: all, administrator: organisation, technical: all },
  /** What a letter says. One that lets its reader in (to sign in) only while no relay takes letters. */
  'letters.read_content': { owner: all, administrator: organisation },
  'letters.write': { owner: all, administrator: organisation, technical: all },
  'settings.read': { owner: all, technical: all, dpo: all },
  'audit.read': { owner: all, administrator: organisation, dpo: all },
  'audit.export': { owner: all, dpo: all },
  'audit.verify': { owner: all, dpo: all },
  /** The register of processing (GDPR, Article 30). */
  'processing.read': { owner: all, dpo: all },
  'retention.read': { owner: all, dpo: all },
  /** To erase by the rules now, and not in the night. */
  'retention.run': { owner: all, dpo: all },
  /** Requests by which people exercise their rights (GDPR, Articles 15 to 21). */
  'requests.read': { owner: all, dpo: all },
  'requests.write': { owner: all, dpo: all },
  'holds.read': { owner: all, dpo: all },
  'holds.write': { owner: all, dpo: all },
  /** What people wrote by the contact form. */
  'contacts.read': { owner: all, sales: all, marketing: all, dpo: all },
  'contacts.write': { owner: all, sales: all, marketing: all },
  'newsletter.read': { owner: all, marketing: all, dpo: all },
  'newsletter.write': { owner: all, marketing: all },
  'health.read': { owner: all, technical: all },
  /** Waiting areas and who works in them; one's own are those that one manages (app/clinic/area-permissions.ts). */
  'areas.read': { owner: all, administrator: organisation, member: own },
  'areas.write': { owner: all, administrator: organisation, member: own },
  'areas.make': { owner: all, administrator: organisation },
  /** Tokens by which programs of an organisation come in. */
  'service_tokens.read': { owner: all, administrator: organisation },
  'service_tokens.write': { owner: all, administrator: organisation },
  /** The queues of the areas that one works in, and what one's role there allows. */
  'clinic.use': { owner: own, administrator: own, member: own },
} as const satisfies Record<string, Partial<Record<Role, Reach>>>;

export type Permission = keyof typeof permissions;

/** How far a role's permission goes, or null if it has none. */
export function reachOf(role: Role, permission: Permission): Reach | null {
  const row: Partial<Record<Role, Reach>> = permissions[permission];
  return row[role] ?? null;
}

/** What a query is limited to, made of a reach and whose it is. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'organisation'; readonly organisationId: string }
  | { readonly kind: 'own'; readonly personId: string };

/** Roles that one may give: an administrator none above their own, and none that reaches beyond the organisation. */
export function grantableRoles(role: Role): readonly Role[] {
  if (role === 'owner') return ['owner', 'administrator', 'member', 'sales', 'marketing', 'technical', 'dpo'];
  return role === 'administrator' ? ['administrator', 'member'] : [];
}
