import { type Answer, asBrowser, type RunningApp } from './running-app.ts';
import type { SignedIn } from './signed-in.ts';

/** Loads a page as somebody's browser does. */
export function load(app: RunningApp, { headers }: Pick<SignedIn, 'headers'>, path: string): Promise<Answer> {
  return app.ask(path, { headers: { ...headers, ...asBrowser } });
}

/** Sends a form as somebody's browser does. */
export function send(
  app: RunningApp,
  { headers }: Pick<SignedIn, 'headers'>,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return app.ask(path, {
    method: 'POST',
    headers: { ...headers, ...asBrowser, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

/** Sends a form with a file in it (RFC 7578). The content goes out byte by byte, in Latin-1. */
export function upload(
  app: RunningApp,
  { headers }: Pick<SignedIn, 'headers'>,
  path: string,
  { file, fields = {} }: { readonly file?: Buffer; readonly fields?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const boundary = 'a-boundary-that-is-in-no-file';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="people.csv"\r\ncontent-type: text/csv\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(parts.join('')),
    ...(file ? [Buffer.from(head), file, Buffer.from('\r\n')] : []),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return app.ask(path, {
    method: 'POST',
    headers: { ...headers, ...asBrowser, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
  });
}

/** Texts of a page as its reader sees them: without markup, blanks made one. */
export function textOf({ text }: Pick<Answer, 'text'>): string {
  return text
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}

/** The addresses of a page's links that match. */
export function linksOf({ text }: Pick<Answer, 'text'>, pattern: RegExp): string[] {
  return [...text.matchAll(/href="([^"]*)"/g)]
    .map(([, href = '']) => href.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='))
    .filter((href) => pattern.test(href));
}
