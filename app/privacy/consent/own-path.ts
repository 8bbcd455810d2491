const LONGEST = 2000;

/** A path of this site that a form or a link named; the home page for whatever else it is (`//elsewhere`). */
export function ownPath(asked: unknown): string {
  if (typeof asked !== 'string' || asked.length > LONGEST || /[\\\p{Cc}]/u.test(asked)) return '/';
  const base = 'https://host.invalid';
  const url = URL.parse(asked, base);
  return asked.startsWith('/') && url?.origin === base ? `${url.pathname}${url.search}` : '/';
}
