import type { RequestListener } from 'node:http';

const PREFIX = '/.well-known/acme-challenge/';

/** Answers to an ACME authority that asks, over plain HTTP, whether a name leads here (RFC 8555, section 8.3). */
export class HttpChallenges {
  readonly #answers = new Map<string, string>();

  /** @param keyAuthorization what the authority expects to read. */
  expect(token: string, keyAuthorization: string): void {
    this.#answers.set(token, keyAuthorization);
  }

  forget(token: string): void {
    this.#answers.delete(token);
  }

  /** Answers challenges, and leaves everything else to `others`. */
  listener(others: RequestListener): RequestListener {
    return (request, response) => {
      const path = request.url ?? '';
      if (!path.startsWith(PREFIX)) return others(request, response);
      const answer = this.#answers.get(path.slice(PREFIX.length));
      response.setHeader('Cache-Control', 'no-store');
      if (answer === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(answer);
    };
  }
}
