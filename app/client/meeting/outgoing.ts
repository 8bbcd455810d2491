import type { Emitter } from 'nanoevents';
import type { Joined, Participant, Source } from '../../meetings/messages.ts';
import type { MediaSession } from './media-session.ts';
import type { LocalSource, MeetingEvents } from './meeting-events.ts';
import type { Moderation } from './moderation.ts';
import type { Signalling } from './signalling.ts';

export interface OutgoingOptions {
  readonly events: Emitter<MeetingEvents>;
  readonly signalling: Signalling;
  readonly moderation: Moderation;
  /** What sends; undefined while this side is not in. */
  readonly session: () => MediaSession | undefined;
}

/** What this side wants to send, and what makes it so: however often the server, a host or the person changes it. */
export class Outgoing {
  readonly #events: Emitter<MeetingEvents>;
  readonly #signalling: Signalling;
  readonly #moderation: Moderation;
  readonly #session: () => MediaSession | undefined;
  readonly #wanted = new Map<Source, LocalSource>();
  #sync: Promise<void> = Promise.resolve();

  constructor({ events, signalling, moderation, session }: OutgoingOptions) {
    this.#events = events;
    this.#signalling = signalling;
    this.#moderation = moderation;
    this.#session = session;
  }

  /** Whether or not the connection lets it be sent right now. */
  get wanted(): ReadonlyMap<Source, LocalSource> {
    return this.#wanted;
  }

  /** Sends a track as this source, or stops sending it (null). */
  set(source: Source, track: MediaStreamTrack | null, paused: boolean): void {
    if (track) this.#wanted.set(source, { track, paused });
    else if (!this.#wanted.delete(source)) return;
    this.#changed(source);
  }

  setPaused(source: Source, paused: boolean): void {
    const wanted = this.#wanted.get(source);
    if (!wanted || wanted.paused === paused) return;
    this.#wanted.set(source, { ...wanted, paused });
    this.#changed(source);
  }

  /** The server stopped a source. It is the person's to start again. @param by who did; undefined: a rule. */
  stopped(source: Source, by: Participant | null | undefined): void {
    const session = this.#session();
    const wanted = this.#wanted.get(source);
    if (source === 'microphone') {
      const producer = session?.producers.get(source);
      producer?.pause();
      if (producer) producer.appData = { source, paused: true };
      if (wanted) this.#wanted.set(source, { ...wanted, paused: true });
    } else {
      session?.closeProducer(source);
      this.#wanted.delete(source);
    }
    if (!wanted) return;
    this.#events.emit('sourceStopped', source, by);
    this.#changed(source);
  }

  /** Stops what this side may not send (any more): the server would refuse it. */
  obeyRules(): void {
    for (const [source, { paused }] of [...this.#wanted]) {
      const rule = source === 'screenAudio' ? 'screen' : source;
      if (this.#moderation.mayUse(rule) || (source === 'microphone' && paused)) continue;
      if (source === 'microphone') this.setPaused(source, true);
      else this.set(source, null, false);
      this.#events.emit('sourceStopped', source, undefined);
    }
  }

  /** What only one side believes to be sent is dropped; what is still wanted is then sent anew. */
  agree(session: MediaSession, known: Joined['you']['producers']): void {
    for (const { producerId, kind, wantedLayer } of known) {
      if (kind === 'video') session.wantedLayerChanged(producerId, wantedLayer);
    }
    const pausedById = new Map(known.map(({ producerId, paused }) => [producerId, paused]));
    for (const [source, producer] of [...session.producers]) {
      const paused = pausedById.get(producer.id);
      if (paused === undefined) session.closeProducer(source);
      else producer.appData = { source, paused };
      pausedById.delete(producer.id);
    }
    for (const producerId of pausedById.keys())
      this.#signalling.request('closeProducer', { producerId }).catch(() => {});
  }

  /** Brings what is sent in line with what is wanted, one change after the other. */
  sync(): void {
    this.#sync = this.#sync
      .then(() => this.#send())
      .catch((fault: Error) => {
        // With the socket away the next join does it again.
        if (this.#session() && this.#signalling.isOpen) this.#events.emit('fault', fault);
      });
  }

  #changed(source: Source): void {
    this.#events.emit('localChanged', source);
    this.sync();
  }

  async #send(): Promise<void> {
    const session = this.#session();
    if (!session) return;
    for (const [source, producer] of [...session.producers]) {
      if (this.#wanted.has(source)) continue;
      session.closeProducer(source);
      await this.#signalling.request('closeProducer', { producerId: producer.id });
    }
    for (const source of [...this.#wanted.keys()]) {
      const wanted = this.#wanted.get(source);
      if (!wanted || wanted.track.readyState === 'ended') continue;
      const producer = session.producers.get(source);
      if (!producer) {
        await session.produce(source, wanted.track, wanted.paused);
        continue;
      }
      if (producer.track !== wanted.track) await producer.replaceTrack({ track: wanted.track });
      // Asked anew: whoever mutes while a track is exchanged must not be unmuted by what was wanted before.
      const paused = this.#wanted.get(source)?.paused ?? true;
      // This side first: a muted microphone is silent even if the server never hears of it.
      if (paused) producer.pause();
      else producer.resume();
      if (producer.appData.paused === paused) continue;
      await this.#signalling.request(paused ? 'pauseProducer' : 'resumeProducer', {
        producerId: producer.id,
      });
      producer.appData = { source, paused };
    }
  }
}
