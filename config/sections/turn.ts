import { type Static, Type } from 'typebox';
import type { Conflict, Rule, Side } from '../conflict.ts';
import { isRelayPort } from '../refused-ports.ts';
import { port, secretFile, section, strict } from '../setting-kinds.ts';
import type { Media } from './media.ts';

export const TurnSettings = section('The relay (coturn) for browsers that cannot reach the SFU directly.', {
  enabled: Type.Boolean({
    default: true,
    description: 'Whether the relay is run and offered to browsers.',
  }),
  port: port({ default: 3478, description: 'UDP and TCP port of the relay.' }),
  tls_port: port({ default: 5349, description: 'TLS port of the relay.' }),
  relay_ports: Type.Object(
    {
      min: port({ default: 49160, description: 'First UDP port that relayed media leaves from.' }),
      max: port({ default: 51159, description: 'Last UDP port that relayed media leaves from.' }),
    },
    {
      ...strict,
      default: {},
      description:
        'UDP ports between relay and SFU. A browser opens 6 to 12 of them whether it needs them or not: 2000 serve about 160 participants.',
    },
  ),
  credential_seconds: Type.Integer({
    minimum: 60,
    maximum: 86_400,
    default: 14_400,
    unit: 'seconds',
    description: 'How long a credential that a browser got can open a relay.',
  }),
  secret_file: secretFile('the secret between app and relay'),
});

export interface Turn extends Static<typeof TurnSettings> {
  /**
   * The Unix socket that leads the app to the relay in another container, whatever packet filter is between them;
   * null: it goes by the relay's TCP port. `LINKELLO_TURN_SOCKET` names it.
   */
  readonly socket: string | null;
}

interface Seen {
  readonly turn: Turn;
  readonly media: Media;
}

/** What a browser opens at most in one call: a relay for each transport, way in and network of its own. */
export const RELAY_PORTS_PER_PARTICIPANT = 12;

/** A call of two, both behind the relay. */
const FEWEST_RELAY_PORTS = 2 * RELAY_PORTS_PER_PARTICIPANT;

function* relayHasRoom({ turn }: Seen): Generator<Conflict> {
  const { min, max } = turn.relay_ports;
  const apart = FEWEST_RELAY_PORTS - 1;
  if (!turn.enabled || max - min >= apart) return;
  const why = (other: string, port: number) =>
    `as a call of two takes up to ${FEWEST_RELAY_PORTS} ports and ${other} is ${port}`;
  const raise: Side = {
    path: ['turn', 'relay_ports', 'max'],
    message: (other) => `must be at least ${min + apart}, ${why(other, min)}, got ${max}`,
  };
  const lower: Side = {
    path: ['turn', 'relay_ports', 'min'],
    message: (other) => `must be at most ${max - apart}, ${why(other, max)}, got ${min}`,
  };
  yield { sides: min + apart > 65535 ? [lower, raise] : [raise, lower], from: [['turn', 'enabled']] };
}

function* portsForBrowsers({ turn }: Seen): Generator<Conflict> {
  if (!turn.enabled) return;
  for (const name of ['port', 'tls_port'] as const) {
    const port = turn[name];
    if (isRelayPort(port)) continue;
    const message = () =>
      `must be a port that browsers use for a relay (80, 443, or one above 1023 that they do not refuse), got ${port}`;
    yield { sides: [{ path: ['turn', name], message }], from: [['turn', 'enabled']] };
  }
}

/** The relay's secret is in coturn's hands too. Who has it must not control the SFU. */
function* secretsApart({ media, turn }: Seen): Generator<Conflict> {
  if (media.secret_file === null || media.secret_file !== turn.secret_file) return;
  const message = (other: string) => `must be a file of its own, got the file of ${other}`;
  yield {
    sides: [
      { path: ['turn', 'secret_file'], message },
      { path: ['media', 'secret_file'], message },
    ],
  };
}

export const turnRules: readonly Rule<Seen>[] = [
  { name: 'the relay has ports', conflicts: relayHasRoom },
  { name: 'browsers use the ports of the relay', conflicts: portsForBrowsers },
  { name: 'no two uses share a secret', conflicts: secretsApart },
];
