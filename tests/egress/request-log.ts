import type { Browser } from 'playwright-core';

/** Counts what the pages of browsers ask for, sockets included, and notes what is not of their own origin. */
export class RequestLog {
  readonly #foreign = new Set<string>();
  /** How many there were. */
  count = 0;

  /** Watches all that this browser opens from now on. `origin`: where its pages are. */
  watch(browser: Browser, origin: string): void {
    const own = new Set([origin, origin.replace(/^https/, 'wss')]);
    const note = (address: string) => {
      this.count += 1;
      if (/^(data|blob|about):/.test(address)) return;
      const asked = new URL(address).origin;
      if (!own.has(asked)) this.#foreign.add(asked);
    };
    const open = browser.newContext.bind(browser);
    browser.newContext = async (...options) => {
      const context = await open(...options);
      context.on('request', (request) => note(request.url()));
      context.on('page', (page) => page.on('websocket', (socket) => note(socket.url())));
      return context;
    };
  }

  /** Origins that were asked and are not the page's own, each once; without paths, which could name a person. */
  get foreign(): readonly string[] {
    return [...this.#foreign];
  }
}
