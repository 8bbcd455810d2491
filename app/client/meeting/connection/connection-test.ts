import { createNanoEvents } from 'nanoevents';
import { Signalling } from '../signalling.ts';
import { isReached } from './reach.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { type OfferedWays, type Outcome, type Outcomes, type Way, ways } from './ways.ts';

interface ConnectionTestEvents {
  /** An outcome or the verdict is another. */
  changed: () => void;
}

const outcomesOf = (outcome: Outcome) =>
  Object.fromEntries(ways.map((way) => [way, outcome])) as Record<Way, Outcome>;

/**
 * Tries from this browser everything that a call needs, each against our own servers: the signalling socket, the SFU by
 * UDP and TCP, and the relay by UDP, TCP and TLS up to the SFU behind it.
 */
export class ConnectionTest {
  readonly #host: string;
  readonly #events = createNanoEvents<ConnectionTestEvents>();
  #outcomes = outcomesOf('waiting');
  #offered: OfferedWays | null = null;
  #isRunning = false;
  #isUnknown = false;

  /** @param host - of the page, with its port. */
  constructor(host: string) {
    this.#host = host;
  }

  on<Name extends keyof ConnectionTestEvents>(name: Name, listener: ConnectionTestEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get outcomes(): Outcomes {
    return this.#outcomes;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Null before it is known. */
  get verdict(): Verdict | null {
    if (this.#outcomes.signalling === 'fails') return 'blocked';
    return this.#isUnknown ? 'unknown' : verdictOf(this.#outcomes);
  }

  /** Where each way leads: `192.0.2.7:44300`, or the URL of the relay. Empty before the server said so. */
  destinations(way: Way): string[] {
    if (way === 'signalling') return [`wss://${this.#host}`];
    const offered = this.#offered?.[way];
    if (!offered) return [];
    if ('urls' in offered) return [...offered.urls];
    return offered.iceCandidates.map(({ address, port }) =>
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    );
  }

  /** Tries everything at once. Does nothing while it is under way. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#isUnknown = false;
    this.#offered = null;
    this.#outcomes = outcomesOf('trying');
    this.#events.emit('changed');
    await Promise.all([this.#try('signalling', () => this.#isSocketOpen()), this.#tryMedia()]);
    this.#isRunning = false;
    this.#events.emit('changed');
  }

  async #tryMedia(): Promise<void> {
    let offered: OfferedWays;
    try {
      const answer = await fetch('/test/ways', { method: 'POST' });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      offered = await answer.json();
    } catch {
      // The server is away or busy: nothing is known of the network's own ways.
      this.#isUnknown = true;
      for (const way of ways) if (way !== 'signalling') this.#set(way, 'waiting');
      return;
    }
    this.#offered = offered;
    const relayed = (['relayUdp', 'relayTcp', 'relayTls'] as const).map((way) => {
      const relay = offered[way];
      // The relay speaks UDP to the SFU, whatever the browser speaks to the relay.
      return relay ? this.#try(way, () => isReached(offered.udp, relay)) : this.#set(way, 'absent');
    });
    const straight = (['udp', 'tcp'] as const).map((way) => this.#try(way, () => isReached(offered[way])));
    await Promise.all([...straight, ...relayed]);
  }

  async #try(way: Way, attempt: () => Promise<boolean>): Promise<void> {
    // A browser that throws has no way either.
    this.#set(way, (await attempt().catch(() => false)) ? 'works' : 'fails');
  }

  async #isSocketOpen(): Promise<boolean> {
    const signalling = new Signalling(`wss://${this.#host}/signalling`);
    signalling.open();
    try {
      await signalling.whenOpen();
      return true;
    } catch {
      return false;
    } finally {
      signalling.close();
    }
  }

  #set(way: Way, outcome: Outcome): void {
    this.#outcomes = { ...this.#outcomes, [way]: outcome };
    this.#events.emit('changed');
  }
}
