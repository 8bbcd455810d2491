import type { StoredEntry } from './entries.ts';

/** Facility "log audit" (RFC 5424, table 1). */
const FACILITY = 13;

/** Severities of RFC 5424, table 2: somebody failed, changed something, or looked at something. */
const [WARNING, NOTICE, INFORMATIONAL] = [4, 5, 6] as const;

/**
 * Names our fields. Whoever has no number at IANA may use the one for examples (RFC 5612); no other program means the
 * same by `audit@32473`, and a SIEM knows us by the name of the application anyway.
 */
const FIELDS = 'audit@32473';

/**
 * An entry as a message of syslog (RFC 5424): priority 108, 109 or 110, the action as its MSGID, every field as
 * structured data, the actor's and the object's kind and id as text.
 *
 * @param host is the name of the appliance.
 */
export function syslogMessage(entry: StoredEntry, host: string): string {
  const priority = FACILITY * 8 + severityOf(entry.action);
  const at = new Date(entry.at).toISOString();
  const fields = {
    number: String(entry.number),
    actor: entry.actor_kind,
    actorId: entry.actor_id,
    organisationId: entry.organisation_id,
    object: entry.object_kind,
    objectId: entry.object_id,
    details: entry.details,
    requestId: entry.request_id,
    previousHash: entry.previous_hash,
    hash: entry.hash,
  };
  const params = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${escaped(value)}"`],
  );
  const words = [entry.actor_kind, entry.actor_id, entry.action, entry.object_kind, entry.object_id];
  const text = words.filter((word) => word !== null).join(' ');
  return `<${priority}>1 ${at} ${hostName(host)} linkello - ${messageId(entry.action)} [${FIELDS}${params.join('')}] ${text}`;
}

/** A message with its length in octets before it (RFC 6587, section 3.4.1), as it goes into a stream or a file. */
export function octetCounted(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

function severityOf(action: string): number {
  if (/_refused$|\.denied$/.test(action)) return WARNING;
  return /\.(viewed|listed|verified)$/.test(action) ? INFORMATIONAL : NOTICE;
}

/** What a value in structured data must not hold as it is (RFC 5424, section 6.3.3); line ends would break a file. */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, '\\$&').replaceAll(/\p{Cc}/gu, ' ');
}

/** 1 to 255 visible ASCII characters, or `-` (section 6.2.4). */
function hostName(host: string): string {
  return host.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
}

/** 1 to 32 visible ASCII characters, or `-` (section 6.2.7). */
function messageId(action: string): string {
  return action.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 32) || '-';
}
