import type { Router, Transport, Worker } from 'mediasoup/types';

type Living = 'routers' | 'transports' | 'producers' | 'consumers';

/** How much lives on one worker. Counted from mediasoup's own observers, so that whatever closes is seen. */
export class Census {
  routers = 0;
  transports = 0;
  producers = 0;
  consumers = 0;

  constructor(worker: Worker) {
    worker.observer.on('newrouter', (router) => this.#countRouter(router));
  }

  #countRouter(router: Router): void {
    this.#count('routers', router);
    router.observer.on('newtransport', (transport) => this.#countTransport(transport));
  }

  #countTransport(transport: Transport): void {
    this.#count('transports', transport);
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
