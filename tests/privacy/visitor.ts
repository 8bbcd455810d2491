import { type Answer, asBrowser, type RunningApp } from '../app/running-app.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };

/** A browser that keeps the cookies of each host, asks for pages, posts forms and follows where it is led. */
export class Visitor {
  readonly #app: RunningApp;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(app: RunningApp, headers: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#headers = headers;
  }

  async get(path: string, host = 'localhost', headers: Record<string, string> = {}): Promise<Answer> {
    return this.#keep(host, await this.#app.ask(path, { headers: this.#sent(host, headers) }));
  }

  async post(path: string, fields: Record<string, string>, host = 'localhost'): Promise<Answer> {
    const body = new URLSearchParams(fields).toString();
    const headers = this.#sent(host, form);
    return this.#keep(host, await this.#app.ask(path, { method: 'POST', headers, body }));
  }

  /** Follows redirects and pages that lead on by themselves; every address that it went by. */
  async follow(
    answer: Answer,
    host: string,
    seen: string[] = [],
  ): Promise<{ host: string; path: string; seen: string[]; last: Answer }> {
    const to = String(
      answer.headers.location ?? /url=(.*)$/.exec(String(answer.headers.refresh ?? ''))?.[1] ?? '',
    );
    if (to === '' || seen.length > 30) {
      const path = URL.parse(seen.at(-1) ?? '/', 'https://x')?.pathname ?? '';
      return { host, path, seen, last: answer };
    }
    const url = new URL(to, `https://${host}:8443`);
    seen.push(url.href);
    return this.follow(await this.get(`${url.pathname}${url.search}`, url.hostname), url.hostname, seen);
  }

  cookie(name: string, host = 'localhost'): string | undefined {
    return this.#cookies.get(host)?.get(name);
  }

  setCookie(name: string, value: string, host = 'localhost'): void {
    const own = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, own.set(name, value));
  }

  #sent(host: string, more: Record<string, string>): Record<string, string> {
    const cookies = [...(this.#cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`);
    return {
      ...asBrowser,
      ...this.#headers,
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
      ...more,
      host,
    };
  }

  #keep(host: string, answer: Answer): Answer {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.#cookies.get(host)?.delete(name);
      else this.setCookie(name, value, host);
    }
    return answer;
  }
}
