import type { Patient } from './patient.ts';
import { connectSecurely, openTcp, openUdp, type Pipe, pipeOver } from './wire/pipe.ts';
import { shownEndpoint } from './wire/places.ts';
import { type CertificateProblem, shownCertificate, type Trust } from './wire/shown-certificate.ts';
import type { Endpoint } from './wire/stun.ts';

/** One of the ways in that browsers are told of. */
export interface RelayWay {
  /** By UDP or TCP, by TLS of its own, or by TLS through the port of the pages. */
  readonly kind: 'turn' | 'turns' | 'pages';
  /** `TLS 192.0.2.1:5349`. */
  readonly shown: string;
  readonly at: Endpoint;
  /** @throws PathFault, WrongCertificate. */
  readonly open: (signal: AbortSignal) => Promise<Pipe>;
}

/** The relay shows a certificate that a browser would refuse. */
export class WrongCertificate extends Error {
  override readonly name = 'WrongCertificate';
  readonly problem: CertificateProblem;

  constructor(problem: CertificateProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** Every way in, at each address of this machine that the relay is at. */
export function relayWays(patient: Patient, trust: Trust): RelayWay[] {
  const { turn, https, sites } = patient.config;
  const hosts = sites.map(({ host }) => host);
  const [first = 'localhost'] = hosts;
  const ways = patient.ownAddresses.flatMap((address): RelayWay[] => {
    const plain = { kind: 'turn', at: { address, port: turn.port } } as const;
    const secure = { kind: 'turns', at: { address, port: turn.tls_port } } as const;
    return [
      { ...plain, shown: `UDP ${shownEndpoint(plain.at)}`, open: async () => openUdp(plain.at) },
      {
        ...plain,
        shown: `TCP ${shownEndpoint(plain.at)}`,
        open: (signal) => openTcp(plain.at, 'stun', signal),
      },
      {
        ...secure,
        shown: `TLS ${shownEndpoint(secure.at)}`,
        open: async (signal) => {
          const socket = await connectSecurely(secure.at, first, signal, trust.ca);
          const problems = hosts.map((host) => shownCertificate(socket, host, trust)?.problem ?? null);
          const problem = problems.find((each) => each !== null && each !== 'not_known');
          if (!problem) return pipeOver(socket, 'stun');
          socket.destroy();
          throw new WrongCertificate(problem);
        },
      },
    ];
  });
  // Through the app, whose certificate is another check's.
  const at = { address: patient.doorstep, port: https.port };
  const pages: RelayWay = {
    kind: 'pages',
    shown: `TLS ${shownEndpoint(at)}`,
    at,
    open: async (signal) => pipeOver(await connectSecurely(at, first, signal), 'stun'),
  };
  return [...ways, pages];
}
