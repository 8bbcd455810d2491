import type { AreaRole } from './area.ts';

/**
 * Who may do what in an area: the only place that says so, for the server, which enforces it, and for the pages, which
 * offer nobody what they may not. Everything but `calls.enter` and `area.*` is about the queue of one's own areas.
 */
export const areaPermissions = {
  /** To see who waits, who is in a call, and who left. */
  'queue.read': ['manager', 'clinician', 'secretary'],
  'visits.take': ['manager', 'clinician'],
  'visits.put_back': ['manager', 'clinician'],
  'visits.hand_over': ['manager', 'clinician', 'secretary'],
  'visits.end': ['manager', 'clinician', 'secretary'],
  'visits.bring_in': ['manager', 'clinician'],
  'visits.message': ['manager', 'clinician', 'secretary'],
  'visits.call_back': ['manager', 'clinician', 'secretary'],
  /** To see calls that one was brought into. */
  'calls.enter': ['manager', 'clinician', 'secretary', 'interpreter'],
  'appointments.read': ['manager', 'clinician', 'secretary'],
  'appointments.write': ['manager', 'clinician', 'secretary'],
  'area.suspend': ['manager', 'secretary'],
  'area.transfer': ['manager', 'secretary'],
  /** Its settings and its members. */
  'area.write': ['manager'],
} as const satisfies Record<string, readonly AreaRole[]>;

export type AreaPermission = keyof typeof areaPermissions;

export function mayInArea(role: AreaRole, permission: AreaPermission): boolean {
  const those: readonly AreaRole[] = areaPermissions[permission];
  return those.includes(role);
}

/** Everything that a role may, for pages. */
export function allowedTo(role: AreaRole): readonly AreaPermission[] {
  return (Object.keys(areaPermissions) as AreaPermission[]).filter((each) => mayInArea(role, each));
}
