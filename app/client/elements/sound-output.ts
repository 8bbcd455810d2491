import type { RemoteTrack } from '../meeting/media-session.ts';
import { showTrack } from './playing.ts';

type SinkAudio = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

/** `<sound-output>`: plays everything that is heard, on the chosen speaker. */
export class SoundOutput extends HTMLElement {
  readonly #players = new Map<string, SinkAudio>();
  #speakerId = '';

  /** Called with true when the browser refuses to play before the person touches the page, with false once it plays. */
  onBlocked: (blocked: boolean) => void = () => {};

  connectedCallback(): void {
    document.addEventListener('visibilitychange', this.#comeBack);
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.#comeBack);
  }

  /** Phones stop what plays when somebody calls, and do not start it again. */
  readonly #comeBack = () => {
    if (document.visibilityState !== 'visible') return;
    for (const player of this.#players.values()) if (player.paused) this.#start(player);
  };

  /** Plays exactly these tracks of a participant. */
  play(participantId: string, sounds: readonly RemoteTrack[]): void {
    const wanted = new Set(sounds.map(({ source }) => keyOf(participantId, source)));
    for (const [key, player] of this.#players) {
      if (!key.startsWith(`${participantId} `) || wanted.has(key)) continue;
      showTrack(player, null);
      player.remove();
      this.#players.delete(key);
    }
    for (const { source, track } of sounds) {
      const player = this.#playerOf(keyOf(participantId, source));
      const isNew = (player.srcObject as MediaStream | null)?.getTracks()[0] !== track;
      showTrack(player, track);
      if (isNew) this.#start(player);
    }
  }

  /** Stops everything. */
  silence(): void {
    for (const player of this.#players.values()) showTrack(player, null);
    this.#players.clear();
    this.replaceChildren();
  }

  /** Empty: the system's default. */
  set speakerId(id: string) {
    if (id === this.#speakerId) return;
    this.#speakerId = id;
    for (const player of this.#players.values()) this.#route(player);
  }

  /** Tries again what was refused. Call it from a press of a button. */
  unblock(): void {
    this.onBlocked(false);
    for (const player of this.#players.values()) this.#start(player);
  }

  #playerOf(key: string): SinkAudio {
    const known = this.#players.get(key);
    if (known) return known;
    const player: SinkAudio = document.createElement('audio');
    this.#players.set(key, player);
    this.append(player);
    this.#route(player);
    return player;
  }

  #start(player: SinkAudio): void {
    player.play().catch((refusal: DOMException) => {
      // Anything else means that the track was exchanged meanwhile, and that is started by itself.
      if (refusal.name === 'NotAllowedError') this.onBlocked(true);
    });
  }

  #route(player: SinkAudio): void {
    // A speaker that is gone leaves the sound where it was; its list is corrected by the devices.
    player.setSinkId?.(this.#speakerId).catch(() => {});
  }
}

const keyOf = (participantId: string, source: string) => `${participantId} ${source}`;
