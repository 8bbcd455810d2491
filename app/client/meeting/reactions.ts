import { createNanoEvents } from 'nanoevents';
import type { Reaction } from '../../meetings/messages.ts';
import type { Signalling } from './signalling.ts';

interface ReactionEvents {
  /** Somebody reacted, oneself included. */
  reacted: (participantId: string, reaction: Reaction) => void;
}

/** What people show in passing. Nothing of it is kept. */
export class Reactions {
  /** In the order in which they are offered. */
  static readonly all: readonly Reaction[] = [
    'thumbs_up',
    'clap',
    'heart',
    'laugh',
    'surprised',
    'celebrate',
  ];

  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<ReactionEvents>();

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
    signalling.on('reacted', ({ participantId, reaction }) =>
      this.#events.emit('reacted', participantId, reaction),
    );
  }

  on<Name extends keyof ReactionEvents>(name: Name, listener: ReactionEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  /** @throws SignallingError `forbidden_by_host`, `too_many_requests` (more than a few a second), `disconnected` */
  async react(reaction: Reaction): Promise<void> {
    await this.#signalling.request('react', { reaction });
  }
}
