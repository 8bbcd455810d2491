import type { Query } from '../../database/keyset.ts';
import { type AreaPermission, areaPermissions } from '../area-permissions.ts';

/** Whose areas somebody reaches: those where their role allows it, or, as a program, all of an organisation. */
export type AppointmentReach =
  | { readonly kind: 'member'; readonly personId: string; readonly permission: AreaPermission }
  | { readonly kind: 'organisation'; readonly organisationId: string };

/**
 * Limits a query over `areas` to a reach. Whoever is blocked, left the organisation, or whose organisation ended works
 * nowhere (app/clinic/memberships.ts).
 */
export function withinReach<Rows extends Query>(query: Rows, reach: AppointmentReach): Rows {
  if (reach.kind === 'organisation')
    return query.where({ 'areas.organisation_id': reach.organisationId }) as Rows;
  const roles = areaPermissions[reach.permission];
  return query.whereExists((own) =>
    own
      .from('area_members')
      .join('people as staff', 'staff.id', 'area_members.person_id')
      .join('organisations as house', 'house.id', 'staff.organisation_id')
      .whereRaw('area_members.area_id = areas.id AND staff.organisation_id = areas.organisation_id')
      .where({
        'area_members.person_id': reach.personId,
        'staff.status': 'active',
        'house.status': 'active',
      })
      .whereIn('area_members.role', [...roles])
      .select('area_members.area_id'),
  ) as Rows;
}
