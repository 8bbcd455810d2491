import type { Conflict, Rule, Side } from './conflict.ts';
import type { Path } from './faults.ts';
import { isSocketPath, parseHostAndPort } from './formats.ts';
import type { Https } from './sections/https.ts';
import type { Media } from './sections/media.ts';
import type { Tls } from './sections/tls.ts';
import type { Turn } from './sections/turn.ts';

/** The sections that name ports. */
interface Uses {
  readonly https: Https;
  readonly tls: Tls;
  readonly media: Media;
  readonly turn: Turn;
}

interface Seen extends Uses {
  readonly publishedPort: number | null;
}

/** Ports from `first` to `last` that one setting takes. */
export interface Ports {
  readonly path: Path;
  /** Further settings that they follow from. */
  readonly from: readonly Path[];
  readonly protocols: readonly ('TCP' | 'UDP')[];
  readonly first: number;
  readonly last: number;
}

/** Every port that is listened on. The relay's are only in use while it is enabled. */
export function portsInUse({ https, tls, media, turn }: Uses): readonly Ports[] {
  const control = isSocketPath(media.control) ? undefined : parseHostAndPort(media.control);
  const workers = [['media', 'workers']];
  const ports = [
    take(['https', 'port'], ['TCP'], [], https.port),
    ...(tls.mode === 'acme'
      ? [take(['tls', 'acme', 'http_port'], ['TCP'], [['tls', 'mode']], tls.acme.http_port)]
      : []),
    take(['media', 'port'], ['TCP', 'UDP'], workers, media.port, media.port + media.workers - 1),
    ...(control ? [take(['media', 'control'], ['TCP'], [], control.port)] : []),
  ];
  if (!turn.enabled) return ports;
  const enabled = [['turn', 'enabled']];
  const { min, max } = turn.relay_ports;
  return [
    ...ports,
    take(['turn', 'port'], ['TCP', 'UDP'], enabled, turn.port),
    take(['turn', 'tls_port'], ['TCP'], enabled, turn.tls_port),
    take(['turn', 'relay_ports'], ['UDP'], enabled, min, max),
  ];
}

function take(
  path: Path,
  protocols: Ports['protocols'],
  from: readonly Path[],
  first: number,
  last: number = first,
): Ports {
  return { path, protocols, from, first, last };
}

/** `44300` or `44300 to 44303`. */
export function portRange({ first, last }: Pick<Ports, 'first' | 'last'>): string {
  return first === last ? String(first) : `${first} to ${last}`;
}

function* portsApart(seen: Uses): Generator<Conflict> {
  const uses = portsInUse(seen).filter((use) => use.first <= use.last);
  for (const [index, a] of uses.entries()) {
    for (const b of uses.slice(index + 1)) {
      const protocols = a.protocols.filter((protocol) => b.protocols.includes(protocol));
      if (protocols.length === 0 || a.first > b.last || b.first > a.last) continue;
      const side = (own: Ports, others: Ports): Side => ({
        path: own.path,
        message: (other) => {
          const ports = `${protocols.join(' and ')} port${others.first === others.last ? '' : 's'}`;
          return `must keep clear of the ${ports} ${portRange(others)} of ${other}, got ${portRange(own)}`;
        },
      });
      yield { sides: [side(b, a), side(a, b)], from: [...a.from, ...b.from] };
    }
  }
}

/** What a container engine publishes cannot be chosen from within the container. */
function* publishedAsSaid({ https, tls, publishedPort }: Seen): Generator<Conflict> {
  if (publishedPort === null) return;
  if (https.port !== publishedPort) {
    const message = () =>
      `must be ${publishedPort}, the port that the containers publish, got ${https.port}; to publish that one, start with: HTTPS_PORT=${https.port} docker compose up -d`;
    yield { sides: [{ path: ['https', 'port'], message }] };
  }
  if (https.address !== '::') {
    const message = () =>
      `must not be set with containers, as compose.yaml says where their port is published, got ${https.address}`;
    yield { sides: [{ path: ['https', 'address'], message }] };
  }
  if (tls.acme.http_port !== 80) {
    const message = () =>
      `must be 80, the port that the containers publish for plain HTTP, got ${tls.acme.http_port}; to publish another, start with: HTTP_PORT=${tls.acme.http_port} docker compose up -d`;
    yield { sides: [{ path: ['tls', 'acme', 'http_port'], message }] };
  }
}

export const portsRules: readonly Rule<Seen>[] = [
  { name: 'no port is used twice', conflicts: portsApart },
  { name: 'the containers publish the port that is set', conflicts: publishedAsSaid },
];
