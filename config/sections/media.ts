import { type Static, Type } from 'typebox';
import type { Conflict, Rule } from '../conflict.ts';
import { isSocketPath } from '../formats.ts';
import { orAutomatic, port, secretFile, section } from '../setting-kinds.ts';

export const MediaSettings = section('The SFU, which carries sound and picture.', {
  port: port({
    default: 44300,
    description: 'UDP and TCP port of the first worker; each further worker takes the next one.',
  }),
  workers: orAutomatic(Type.Integer({ minimum: 1, maximum: 256 }), {
    description: 'Processes that forward media, each on one core and one port.',
    automatic: 'one a core',
  }),
  control: orAutomatic(Type.String({ format: 'control-address' }), {
    description:
      'Where the app controls the SFU: HOST:PORT on loopback or a private link, or the path of a Unix socket.',
    automatic: 'the Unix socket media/control.sock in the data folder',
  }),
  initial_kbps: Type.Integer({
    minimum: 100,
    maximum: 100_000,
    default: 1000,
    unit: 'kbit/s',
    description: 'Bit rate towards each participant before the real one is measured.',
  }),
  max_incoming_kbps: Type.Integer({
    minimum: 100,
    maximum: 100_000,
    default: 6000,
    unit: 'kbit/s',
    description: 'Most that one participant may send, all sources together.',
  }),
  voices: Type.Integer({
    minimum: 1,
    maximum: 500,
    default: 6,
    unit: 'voices',
    description:
      'How many microphones of a room are forwarded at once, the loudest ones; nobody follows more at a time.',
  }),
  participants_per_room: Type.Integer({
    minimum: 2,
    maximum: 500,
    default: 50,
    unit: 'participants',
    description: 'How many can be in one room at once.',
  }),
  worker_load_percent: Type.Integer({
    minimum: 10,
    maximum: 100,
    default: 80,
    unit: 'percent of a core',
    description:
      'Load of a worker from which it gets no further room while another has less, and the console warns.',
  }),
  reconnect_seconds: Type.Integer({
    minimum: 5,
    maximum: 600,
    default: 30,
    unit: 'seconds',
    description: 'How long a participant whose connection was lost is waited for.',
  }),
  secret_file: secretFile('the secret between app and SFU'),
});

export interface Media extends Static<typeof MediaSettings> {
  readonly workers: number;
  /** `HOST:PORT`, or the absolute path of a Unix socket; a path has a slash in it, an address has none. */
  readonly control: string;
}

interface Seen {
  readonly media: Media;
}

/** The longest path that a Unix socket can have: 108 bytes with the zero at its end (unix(7)). */
const LONGEST_SOCKET_BYTES = 107;

function* mediaPortsExist({ media }: Seen): Generator<Conflict> {
  if (media.port + media.workers - 1 <= 65535) return;
  yield {
    sides: [
      {
        path: ['media', 'port'],
        message: (other) =>
          `must be at most ${65536 - media.workers}, for one port each for the ${media.workers} workers of ${other}, got ${media.port}`,
      },
      {
        path: ['media', 'workers'],
        message: (other) =>
          `must be at most ${65536 - media.port}, for one port each from ${other}, ${media.port}, to 65535, got ${media.workers}`,
      },
    ],
  };
}

function* socketPathFits({ media }: Seen): Generator<Conflict> {
  const bytes = Buffer.byteLength(media.control);
  if (!isSocketPath(media.control) || bytes <= LONGEST_SOCKET_BYTES) return;
  const message = () =>
    `must be a socket whose whole path is at most ${LONGEST_SOCKET_BYTES} bytes long, got ${bytes}; ` +
    'set a shorter one, or move the data folder with LINKELLO_DATA';
  yield { sides: [{ path: ['media', 'control'], message }] };
}

export const mediaRules: readonly Rule<Seen>[] = [
  { name: 'every worker has a port', conflicts: mediaPortsExist },
  { name: 'the control socket can be opened', conflicts: socketPathFits },
];
