import type { AuditAction } from '../audit/actions.ts';
import type { AuditEntry } from '../audit/audit-log.ts';
import type { Area } from './area.ts';

/** What the audit log keeps of something done to an area. */
export const areaEntry = (
  action: AuditAction,
  { id, organisationId }: Pick<Area, 'id' | 'organisationId'>,
  details: AuditEntry['details'] = {},
): AuditEntry => ({ action, organisationId, object: { kind: 'area', id }, details });
