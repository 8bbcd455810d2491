import type { Router, Transport, TransportTuple, WebRtcTransport, Worker } from 'mediasoup/types';

type Living = 'routers' | 'transports' | 'producers' | 'consumers';

/** How much lives on one worker. Counted from mediasoup's own observers, so that whatever closes is seen. */
export class Census {
  routers = 0;
  transports = 0;
  producers = 0;
  consumers = 0;
  readonly #open = new Set<Transport>();

  constructor(worker: Worker) {
    worker.observer.on('newrouter', (router) => this.#countRouter(router));
  }

  /** The way that each connected transport takes. */
  *selectedTuples(): Generator<TransportTuple> {
    for (const transport of this.#open) {
      const { iceSelectedTuple } = transport as WebRtcTransport;
      if (iceSelectedTuple) yield iceSelectedTuple;
    }
  }

  #countRouter(router: Router): void {
    this.#count('routers', router);
    router.observer.on('newtransport', (transport) => this.#countTransport(transport));
  }

  #countTransport(transport: Transport): void {
    this.#count('transports', transport);
    this.#open.add(transport);
    transport.observer.once('close', () => this.#open.delete(transport));
    transport.observer.on('newproducer', (producer) => this.#count('producers', producer));
    transport.observer.on('newconsumer', (consumer) => this.#count('consumers', consumer));
  }

  #count(kind: Living, thing: { observer: { once(event: 'close', listener: () => void): unknown } }): void {
    this[kind] += 1;
    thing.observer.once('close', () => {
      this[kind] -= 1;
    });
  }
}
