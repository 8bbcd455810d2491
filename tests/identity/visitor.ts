import type { Answer, RunningApp } from '../app/running-app.ts';
import { asBrowser } from '../app/running-app.ts';

/** One attribute of a cookie, by its name in small letters: `max-age` → `900`, `secure` → `` (empty). */
export type CookieAttributes = Readonly<Record<string, string>>;

/** A browser as far as signing in goes: it keeps cookies, follows nothing by itself and posts forms of its own site. */
export class Visitor {
  readonly #running: RunningApp;
  readonly #headers: Record<string, string>;
  readonly cookies = new Map<string, string>();
  /** Of each cookie that was set, as it was set last. */
  readonly attributes = new Map<string, CookieAttributes>();

  constructor(running: RunningApp, headers: Record<string, string> = {}) {
    this.#running = running;
    this.#headers = headers;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('GET', path, { headers });
  }

  post(
    path: string,
    form: Readonly<Record<string, string>> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.ask('POST', path, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams(form).toString(),
    });
  }

  async ask(
    method: 'GET' | 'HEAD' | 'POST',
    path: string,
    { headers = {}, body }: { readonly headers?: Record<string, string>; readonly body?: string } = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#running.ask(path, {
      method,
      headers: { ...asBrowser, ...this.#headers, ...(cookie && { cookie }), ...headers },
      ...(body !== undefined && { body }),
    });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(line);
    return answer;
  }

  /** A browser with the same cookies, as far as these go. */
  copy(): Visitor {
    const other = new Visitor(this.#running, this.#headers);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  #keep(line: string): void {
    const [pair = '', ...parts] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    const attributes = Object.fromEntries(
      parts.map((part) => {
        const [key = '', text = ''] = part.split('=');
        return [key.toLowerCase(), text];
      }),
    );
    this.attributes.set(name, attributes);
    const isOver = attributes['max-age'] === '0' || Date.parse(attributes.expires ?? '') <= 0;
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
