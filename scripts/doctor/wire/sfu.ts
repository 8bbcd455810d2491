import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../app/kernel/errors.ts';
import { MediaClient } from '../../../app/meetings/media-client.ts';
import type { Config } from '../../../config/config.ts';
import { isSocketPath, parseHostAndPort } from '../../../config/formats.ts';
import { readSecret, secretPlace } from '../../../config/secrets.ts';
import type { PeerDescription } from '../../../media/contract.ts';

/** How long the SFU may take to answer one question, in milliseconds. It takes a few. */
const ANSWER_MS = 3_000;
/** How long it may take to end a room that nobody needs any more, in milliseconds. */
const CLOSING_MS = 1_500;

export type SfuReason = 'no_secret' | 'wrong_secret' | 'not_running' | 'not_allowed' | 'silent' | 'failing';

/** The SFU cannot be controlled. The message says what it answered, if it did. */
export class SfuFault extends Error {
  override readonly name = 'SfuFault';
  readonly reason: SfuReason;

  constructor(reason: SfuReason, message: string = reason) {
    super(message);
    this.reason = reason;
  }
}

export interface Workers {
  readonly running: number;
  readonly wanted: number;
}

/** The SFU under control, as the app has it: by its contract, with its secret. */
export class Sfu {
  readonly workers: Workers;
  readonly #client: MediaClient;
  readonly #roomIds = new Set<string>();

  private constructor(workers: Workers, client: MediaClient) {
    this.workers = workers;
    this.#client = client;
  }

  /** @throws SfuFault. ConfigError when the secret cannot be read. */
  static async open(config: Config): Promise<Sfu> {
    const { file } = secretPlace(config, 'media-control');
    // To read it would make it.
    await access(file).catch(() => {
      throw new SfuFault('no_secret');
    });
    const secret = await readSecret(config, 'media-control');
    const { control } = config.media;
    const workers = await readWorkers(control);
    const { status } = await ask(control, '/capabilities', secret);
    if (status === 401) throw new SfuFault('wrong_secret');
    if (status !== 200) throw new SfuFault('failing', `HTTP ${status}`);
    const client = new MediaClient({ control, secret });
    await opened(client);
    return new Sfu(workers, client);
  }

  /** Ends its rooms too. */
  async close(): Promise<void> {
    await Promise.all([...this.#roomIds].map((roomId) => this.#endRoom(roomId)));
    await this.#client.close();
  }

  /** Makes a room for a trial, hands it over, and ends it whatever comes of that. */
  async withRoom<Result>(use: (room: TrialRoom) => Promise<Result>): Promise<Result> {
    const roomId = `doctor-${randomBytes(8).toString('hex')}`;
    this.#roomIds.add(roomId);
    try {
      return await use(new TrialRoom(this.#client, roomId));
    } finally {
      await this.#endRoom(roomId);
    }
  }

  async #endRoom(roomId: string): Promise<void> {
    // It may never have come into being, or have gone already.
    const closed = this.#client.call('closeRoom', { roomId }).catch(() => {});
    await Promise.race([closed, sleep(CLOSING_MS, undefined, { ref: false })]);
    this.#roomIds.delete(roomId);
  }
}

/** A room of the doctor's own, with peers in it that no browser is behind. */
export class TrialRoom {
  readonly roomId: string;
  readonly #client: MediaClient;
  #peers = 0;

  constructor(client: MediaClient, roomId: string) {
    this.#client = client;
    this.roomId = roomId;
  }

  /** Adds a peer that sends and receives nothing yet. @throws SfuFault `failing`. */
  join(): Promise<PeerDescription> {
    const peerId = `doctor-${this.#peers++}`;
    const { roomId } = this;
    const joined = this.#client.call('joinRoom', {
      roomId,
      peerId,
      rtpCapabilities: { codecs: [] },
      label: {},
    });
    return joined.catch(throwFailing);
  }

  /**
   * Makes the two transports of a peer agree on keys with each other (DTLS), as a browser and the SFU would.
   *
   * @returns whether both report to be connected before the signal.
   * @throws SfuFault `failing`.
   */
  async connect(
    { peerId, sendTransport, recvTransport }: PeerDescription,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting = new Set([sendTransport.id, recvTransport.id]);
    const forget = this.#client.on('event', (event) => {
      if (event.event !== 'transportStateChanged' || !waiting.has(event.transportId)) return;
      if (event.state !== 'connected') return resolve(false);
      waiting.delete(event.transportId);
      if (waiting.size === 0) resolve(true);
    });
    const late = () => resolve(false);
    signal.addEventListener('abort', late, { once: true });
    const meet = (transport: typeof sendTransport, other: typeof sendTransport, role: 'client' | 'server') =>
      this.#client.call('connectTransport', {
        roomId: this.roomId,
        peerId,
        transportId: transport.id,
        dtlsParameters: { role, fingerprints: other.dtlsParameters.fingerprints },
      });
    try {
      // The role is the other side's. Who waits to be called first, so that the call finds it there.
      await meet(recvTransport, sendTransport, 'client');
      await meet(sendTransport, recvTransport, 'server');
      return await promise;
    } catch (error) {
      return throwFailing(error);
    } finally {
      signal.removeEventListener('abort', late);
      forget();
    }
  }
}

function throwFailing(error: unknown): never {
  throw error instanceof AppError ? new SfuFault('failing', error.code) : error;
}

async function opened(client: MediaClient): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const forget = client.on('connected', resolve);
  const late = setTimeout(() => reject(new SfuFault('silent')), ANSWER_MS);
  client.open();
  try {
    await promise;
  } catch (error) {
    await client.close();
    throw error;
  } finally {
    clearTimeout(late);
    forget();
  }
}

async function readWorkers(control: string): Promise<Workers> {
  const { status, body } = await ask(control, '/health/ready');
  const { workers } = body as { readonly workers?: Partial<Workers> };
  if (typeof workers?.running !== 'number' || typeof workers.wanted !== 'number')
    throw new SfuFault('failing', `HTTP ${status}`);
  return { running: workers.running, wanted: workers.wanted };
}

async function ask(
  control: string,
  path: string,
  secret?: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const where = isSocketPath(control) ? { socketPath: control } : (parseHostAndPort(control) ?? {});
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: unknown }>();
  const asked = request(
    {
      ...where,
      path,
      agent: false,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` },
    },
    (response) => {
      json(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body: body ?? {} }),
        (error: Error) => reject(new SfuFault('failing', error.message)),
      );
    },
  );
  asked.once('error', (error: NodeJS.ErrnoException) => reject(toSfuFault(error)));
  asked.end();
  return promise;
}

function toSfuFault(error: NodeJS.ErrnoException): SfuFault {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return new SfuFault('silent');
  if (error.code === 'EACCES' || error.code === 'EPERM') return new SfuFault('not_allowed');
  const isAway = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(error.code ?? '');
  return isAway ? new SfuFault('not_running') : new SfuFault('failing', error.code ?? error.message);
}
