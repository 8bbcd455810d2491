/** What of the package matomo-tracker is used here; it comes without types. */
declare module 'matomo-tracker' {
  import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

  /** How its requests are made: `node:http`, or whatever stands in for it. */
  interface Transport {
    request(
      options: RequestOptions,
      onAnswer: (answer: IncomingMessage) => void,
    ): Pick<ClientRequest, 'on'> & {
      write(body: string): void;
      end(): void;
    };
  }

  class MatomoTracker {
    agent: Transport;
    constructor(siteId: number, trackerUrl: string);
    on(event: 'error', listener: (fault: string | number) => void): this;
    /** Posts hits at once. @param onAnswer gets the body of the answer, whatever its status; never called without one. */
    trackBulk(hits: Record<string, string | number>[], onAnswer: (text: string) => void): void;
  }
  export default MatomoTracker;
}
