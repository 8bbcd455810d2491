/** FHIR R4, datatypes.html#instant. */
const INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** Whether a text is an instant of a day that there is. */
export function isInstant(written: string): boolean {
  if (!INSTANT.test(written)) return false;
  const day = written.slice(0, 'yyyy-mm-dd'.length);
  // JavaScript takes 31 February for 3 March.
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) && !Number.isNaN(Date.parse(written));
}

export const instantOfMs = (at: number): string => new Date(at).toISOString();

/** A search value for a date: from its beginning to before its end, as exact as it was written (R4, search.html#date). */
export function periodOf(written: string): { readonly from: number; readonly before: number } | null {
  if (isInstant(written)) {
    const from = Date.parse(written);
    return { from, before: from + 1_000 };
  }
  const [, year, month, day] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(written) ?? [];
  if (year === undefined) return null;
  const parts = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)] as const;
  const from = Date.UTC(...parts);
  if (new Date(from).getUTCMonth() !== parts[1]) return null;
  const before =
    day !== undefined
      ? Date.UTC(parts[0], parts[1], parts[2] + 1)
      : month !== undefined
        ? Date.UTC(parts[0], parts[1] + 1, 1)
        : Date.UTC(parts[0] + 1, 0, 1);
  return { from, before };
}
