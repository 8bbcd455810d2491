import { type AuditAction, auditActions } from '../../audit/actions.ts';
import type { EntryFilter, PagePosition, Place } from '../../audit/entries.ts';
import { endOfDay, startOfDay } from '../day.ts';

/** What is asked of the page, as it was typed or followed; empty where nothing is asked. */
export interface AskedEntries {
  readonly action: AuditAction | '';
  /** An address or a person's id. */
  readonly who: string;
  /** An object's id. */
  readonly object: string;
  /** First and last day, `2026-01-31`. */
  readonly from: string;
  readonly to: string;
  readonly position: PagePosition;
}

const LONGEST = 254;

/** Reads a query; what makes no sense is as if it were not there. */
export function readAskedEntries(query: unknown): AskedEntries {
  const typed = Object(query) as Readonly<Record<string, unknown>>;
  const text = (name: string) => {
    const value = typed[name];
    return typeof value === 'string' ? value.trim().slice(0, LONGEST) : '';
  };
  const day = (name: string) => (startOfDay(text(name)) === null ? '' : text(name));
  const older = readPlace(text('older'));
  const newer = readPlace(text('newer'));
  return {
    action: auditActions.find((action) => action === text('action')) ?? '',
    who: text('who'),
    object: text('object'),
    from: day('from'),
    to: day('to'),
    position: older ? { olderThan: older } : newer ? { newerThan: newer } : { end: 'newest' },
  };
}

/** @param actorId the person that was asked for. */
export function filterOf({ action, object, from, to }: AskedEntries, actorId: string | null): EntryFilter {
  return {
    ...(action !== '' && { action }),
    ...(actorId !== null && { actorId }),
    ...(object !== '' && { objectId: object }),
    ...(from !== '' && { from: startOfDay(from) ?? 0 }),
    ...(to !== '' && { before: endOfDay(to) ?? 0 }),
  };
}

/** A query string for the same entries; at a place, or from the newest on. */
export function queryOf(
  { action, who, object, from, to }: AskedEntries,
  place: { readonly older: Place } | { readonly newer: Place } | null = null,
): string {
  const asked = Object.entries<string>({ action, who, object, from, to }).filter(([, value]) => value !== '');
  const at = Object.entries(place ?? {}).map(
    ([name, where]) => [name, writePlace(where)] as [string, string],
  );
  return new URLSearchParams([...asked, ...at]).toString();
}

const writePlace = ({ at, number }: Place): string => `${at}-${number}`;

function readPlace(written: string): Place | null {
  const [, at, number] = /^(\d{1,15})-(\d{1,15})$/.exec(written) ?? [];
  return at === undefined || number === undefined ? null : { at: Number(at), number: Number(number) };
}
