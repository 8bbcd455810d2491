import { type Answer, asBrowser, type RunningApp } from '../app/running-app.ts';
import { linksOf } from './page-reading.ts';

/** Ways out, and files that are no pages. */
const NOT_FOLLOWED = /^\/(?:sign-out|trust|assets|site)\b|\.csv|\/export/;

/** Follows every link from a page on, each address once whatever its values, and answers what came. */
export async function crawl(
  app: RunningApp,
  headers: Readonly<Record<string, string>>,
  starts: readonly string[],
): Promise<ReadonlyMap<string, Answer>> {
  const seen = new Map<string, Answer>();
  const known = new Set<string>();
  const queue = [...starts];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const { pathname, searchParams } = new URL(path, 'https://site.invalid');
    const shape = `${pathname}?${[...new Set(searchParams.keys())].sort()}`;
    if (known.has(shape) || NOT_FOLLOWED.test(path)) continue;
    known.add(shape);
    const answer = await app.ask(path, { headers: { ...asBrowser, ...headers } });
    seen.set(path, answer);
    const { location } = answer.headers;
    if (typeof location === 'string') queue.push(location);
    queue.push(...linksOf(answer.text, path));
  }
  return seen;
}
