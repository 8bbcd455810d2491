/** A way to the SFU, as the server offers it to a browser that tries. */
export interface TriedWay {
  readonly iceParameters: { readonly usernameFragment: string; readonly password: string };
  readonly iceCandidates: readonly {
    readonly foundation: string;
    readonly priority: number;
    readonly address: string;
    readonly protocol: string;
    readonly port: number;
    readonly tcpType?: string;
  }[];
  readonly fingerprint: { readonly algorithm: string; readonly value: string };
}

/** A way through the relay (RTCIceServer). */
export interface Relay {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** The answer of `POST /test/ways`; null for what this server does not have. */
export interface OfferedWays {
  readonly udp: TriedWay;
  readonly tcp: TriedWay;
  readonly relayUdp: Relay | null;
  readonly relayTcp: Relay | null;
  readonly relayTls: Relay | null;
}

/** What is tried, in the order in which it is shown: the lasting connection, then the ways of sound and picture. */
export const ways = ['signalling', 'udp', 'tcp', 'relayUdp', 'relayTcp', 'relayTls'] as const;
export type Way = (typeof ways)[number];

/** `absent`: this server does not have it. */
export type Outcome = 'waiting' | 'trying' | 'works' | 'fails' | 'absent';

export type Outcomes = Readonly<Record<Way, Outcome>>;
