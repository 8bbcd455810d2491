import type { KeysetPage } from '../database/keyset.ts';

/** A place in a list, as it stands in a URL: where the next or the previous page begins. */
export interface Cursor {
  readonly from: NonNullable<KeysetPage['from']>;
  readonly isBackwards: boolean;
}

const LONGEST = 2000;

/** Opaque to people: they follow links and need not understand it. */
export function writeCursor({ from, isBackwards }: Cursor): string {
  return Buffer.from(JSON.stringify([isBackwards ? 1 : 0, from.value, from.id])).toString('base64url');
}

/**
 * The place that a cursor tells, or null for what is none. It can be forged and does no harm: it says where to begin
 * in what its reader may see anyway, and its values go into the query as values.
 */
export function readCursor(written: unknown): Cursor | null {
  if (typeof written !== 'string' || written.length > LONGEST) return null;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(written, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const [back, value, id]: unknown[] = parts;
  if ((back !== 0 && back !== 1) || !isKey(value) || !isKey(id)) return null;
  return { from: { value, id }, isBackwards: back === 1 };
}

const isKey = (value: unknown): value is string | number =>
  typeof value === 'string' || Number.isSafeInteger(value);
