/** Where signing in may lead back to: pages of ours, by their first segment. */
const allowed = /^\/(?:console|account|my-data|r|i)(?:[/?]|$)/;

const LONGEST = 1000;

/**
 * Where somebody goes once they are signed in: a path of this site out of an allow-list, or the console. Never another
 * host: `//evil`, `/\evil` and their encoded forms do not match, nor does what a browser would shorten to them.
 */
export function returnPath(asked: unknown): string {
  const fallback = '/console';
  if (typeof asked !== 'string' || asked.length > LONGEST || !allowed.test(asked)) return fallback;
  if (/[\\\p{Cc}]/u.test(asked)) return fallback;
  const base = 'https://host.invalid';
  const url = URL.parse(asked, base);
  if (url === null || url.origin !== base || !allowed.test(url.pathname)) return fallback;
  return `${url.pathname}${url.search}`;
}

export const signInPath = (to: string): string => `/sign-in?to=${encodeURIComponent(returnPath(to))}`;

export const confirmationPath = (to: string): string => `/confirm?to=${encodeURIComponent(returnPath(to))}`;
