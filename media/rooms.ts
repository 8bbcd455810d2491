import type { FastifyBaseLogger } from 'fastify';
import { validateAndNormalizeRtpCapabilities } from 'mediasoup/ortc';
import type { Label, MediaEvent, OperationInput, PeerDescription, RoomDescription } from './contract.ts';
import { MediaFault, refuseUnfit } from './fault.ts';
import type { PeerOptions } from './peer.ts';
import { Room } from './room.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Largest label, in bytes of JSON. */
const MAX_LABEL_BYTES = 2_048;

export interface RoomsOptions {
  readonly pool: Pick<WorkerPool, 'createRouter'>;
  readonly transport: PeerOptions['transport'];
  /** Most voices of a room that are forwarded at once. */
  readonly voices: number;
  readonly emit: (event: MediaEvent) => void;
  readonly log: FastifyBaseLogger;
}

/** All rooms that live. One appears with its first peer and goes with its last. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  #stopping = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  /** Rooms with somebody in them. */
  get size(): number {
    return this.#inhabited().length;
  }

  /** Peers in all rooms. */
  get peers(): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.size, 0);
  }

  /** @throws {MediaFault} `not_found` when there is no such room. */
  room(roomId: string): Room {
    const room = this.#rooms.get(roomId);
    if (!room) throw new MediaFault('not_found', { detail: 'There is no such room.' });
    return room;
  }

  /** Lets a peer in and makes the room if need be; see {@link Room.join}. */
  async join(input: OperationInput<'joinRoom'>, signal: AbortSignal): Promise<PeerDescription> {
    refuseLarge(input.label);
    // It fills in defaults; what the peer sent stays as it is.
    refuseUnfit(() => validateAndNormalizeRtpCapabilities(structuredClone(input.rtpCapabilities)));
    if (this.#stopping) throw new MediaFault('worker_lost');
    const room = this.#rooms.get(input.roomId) ?? this.#open(input.roomId);
    return room.join(input, signal);
  }

  /** Gives a peer another label. */
  label(roomId: string, peerId: string, label: Label): void {
    refuseLarge(label);
    this.room(roomId).peer(peerId).label = label;
  }

  describe(): RoomDescription[] {
    return this.#inhabited().map((room) => room.describe());
  }

  /** Ends all rooms and tells the apps. */
  closeAll(): void {
    for (const room of this.#rooms.values()) room.close('closed');
  }

  /** Ends all rooms because the process ends: the apps see their connection end, and no new room is made. */
  stop(): void {
    this.#stopping = true;
    for (const room of this.#rooms.values()) room.close('stopping');
  }

  #inhabited(): Room[] {
    return [...this.#rooms.values()].filter((room) => room.size > 0);
  }

  #open(roomId: string): Room {
    const { pool, transport, voices, emit, log } = this.#options;
    const room: Room = new Room({
      roomId,
      placement: pool.createRouter(),
      transport,
      voices,
      emit,
      log,
      onClosed: () => this.#rooms.delete(roomId),
    });
    this.#rooms.set(roomId, room);
    return room;
  }
}

function refuseLarge(label: Label): void {
  if (Buffer.byteLength(JSON.stringify(label)) > MAX_LABEL_BYTES)
    throw new MediaFault('invalid', { detail: `A label takes at most ${MAX_LABEL_BYTES} bytes of JSON.` });
}
