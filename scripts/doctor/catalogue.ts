/** How bad a finding is: nothing to do, something to do in time, something to do now. */
export type Status = 'green' | 'amber' | 'red';

/** Of a way that sound and picture take to the SFU. */
const paths = {
  carries: ['green', 'places'],
  /** A container without IPv6 cannot say anything about IPv6. */
  untried: ['green', 'places'],
  not_from_inside: ['amber', 'places', 'reason'],
  not_tried: ['amber'],
  no_room: ['red', 'reason'],
  blocked: ['red', 'places', 'reason'],
  no_call: ['red', 'places'],
} as const;

/**
 * Everything that the doctor can find, by check: how bad it is, then what fills the gaps of its texts. The texts stand
 * in `texts/*.json` under `<check>.<code>`: `found`, and `cure` for all that is not green; a test holds the two
 * together. The names are for programs too (`--json`), so they stay.
 */
export const catalogue = {
  configuration: {
    right: ['green', 'file', 'changed'],
    absent: ['green', 'file'],
    wrong: ['red', 'fault'],
  },
  versions: {
    known: ['green', 'linkello', 'node', 'mediasoup', 'coturn', 'kernel'],
    other_node: ['red', 'node', 'wanted'],
    other_mediasoup: ['red', 'mediasoup', 'wanted'],
  },
  clock: {
    kept: ['green'],
    not_kept: ['amber'],
    not_known: ['amber'],
    /** It says a time before something that has happened already. */
    behind: ['red', 'now', 'file', 'written'],
  },
  secrets: {
    private: ['green', 'count'],
    missing: ['amber', 'files'],
    open: ['red', 'file', 'mode', 'wanted'],
    foreign: ['red', 'file'],
  },
  disk: {
    enough: ['green', 'free', 'share'],
    absent: ['amber', 'folder'],
    low: ['amber', 'folder', 'free', 'share'],
    full: ['red', 'folder', 'free', 'share'],
    few_inodes: ['amber', 'folder', 'share'],
    no_inodes: ['red', 'folder', 'share'],
    not_writable: ['red', 'folder', 'reason'],
  },
  memory: {
    enough: ['green', 'available', 'total'],
    low: ['amber', 'available', 'total'],
    exhausted: ['red', 'available', 'total'],
    limit_near: ['amber', 'available', 'total'],
    limit_reached: ['red', 'available', 'total'],
    not_known: ['amber'],
  },
  names: {
    lead_here: ['green', 'hosts'],
    /** Only this machine's own table of hosts knows it. */
    known_here_only: ['amber', 'hosts'],
    not_known: ['red', 'hosts'],
    /** As `not_known`, of the machine's own name that stands in while no site is set. */
    own_not_known: ['amber', 'hosts'],
    not_answered: ['amber', 'hosts'],
    lead_elsewhere_too: ['amber', 'host', 'addresses'],
    lead_elsewhere: ['red', 'host', 'addresses'],
    other_address: ['amber', 'hosts'],
  },
  app: {
    ready: ['green', 'port'],
    not_ready: ['red', 'missing'],
    other_program: ['red', 'port'],
    no_answer: ['red', 'port', 'reason'],
  },
  pages: {
    answer: ['green', 'hosts', 'port'],
    untried: ['green', 'places'],
    no_redirect: ['amber', 'hosts'],
    /** A router's address: not every router lets the network behind it reach itself from inside. */
    not_from_inside: ['amber', 'address', 'port', 'reason'],
    other_program: ['red', 'host', 'port'],
    no_answer: ['red', 'host', 'port', 'reason'],
  },
  certificate: {
    of_own_authority: ['green', 'hosts', 'days'],
    of_known_authority: ['green', 'hosts', 'issuer', 'days'],
    of_other_authority: ['amber', 'hosts', 'issuer', 'days'],
    ends_soon: ['amber', 'hosts', 'days'],
    ends_now: ['red', 'hosts', 'days'],
    ended: ['red', 'hosts', 'ended'],
    not_yet: ['red', 'hosts', 'begins'],
    wrong_name: ['red', 'hosts'],
    incomplete: ['red', 'hosts', 'issuer'],
    not_trusted: ['red', 'hosts', 'reason'],
    not_seen: ['red', 'hosts', 'reason'],
  },
  media: {
    controlled: ['green', 'workers'],
    open_socket: ['amber', 'mode', 'path'],
    workers_down: ['red', 'running', 'wanted'],
    no_secret: ['red', 'file'],
    wrong_secret: ['red'],
    not_running: ['red', 'control'],
    not_allowed: ['red', 'control'],
    silent: ['red'],
    failing: ['red', 'reason'],
  },
  media_udp: paths,
  media_tcp: paths,
  relay: {
    carries: ['green', 'places'],
    /** A container without IPv6 cannot say anything about IPv6. */
    untried: ['green', 'places'],
    off: ['green'],
    /** The relay gives relays; there was no call to lead through them. */
    half_tried: ['amber', 'places'],
    no_secret: ['red', 'file'],
    blocked: ['red', 'places', 'reason'],
    /** Its other ports work. */
    tls_off: ['red', 'places'],
    refused: ['red', 'places', 'code'],
    crowded: ['red', 'places', 'code'],
    not_forwarded: ['red', 'places'],
    wrong_certificate: ['red', 'places', 'problem'],
  },
  mail: {
    no_relay: ['green'],
    takes: ['green', 'relay'],
    takes_login: ['green', 'relay'],
    files_unreadable: ['red'],
    not_found: ['red', 'relay'],
    unreachable: ['red', 'relay'],
    silent: ['red', 'relay'],
    cut_off: ['red', 'relay'],
    refuses: ['red', 'relay'],
    no_starttls: ['red', 'relay'],
    not_encrypted: ['red', 'relay'],
    certificate: ['red', 'relay'],
    login_not_offered: ['red', 'relay'],
    login_refused: ['red', 'relay'],
  },
  statistics: {
    absent: ['green'],
    off: ['green'],
    answer: ['green'],
    no_answer: ['red', 'address', 'reason'],
  },
} as const satisfies Record<string, Record<string, readonly [Status, ...string[]]>>;

export type CheckName = keyof typeof catalogue;

/** Of any check: it took too long, or it broke. */
export const mishaps = {
  late: ['red', 'seconds'],
  broken: ['red', 'reason'],
} as const satisfies Record<string, readonly [Status, ...string[]]>;

/** Fills a gap: a text or number as it is, a list as the language joins it, bytes and instants as it writes them. */
export type Param =
  | string
  | number
  | readonly string[]
  | { readonly bytes: number }
  | { readonly instant: number };

export type Params = Readonly<Record<string, Param>>;

type Codes<Name extends CheckName> = keyof (typeof catalogue)[Name] & string;
type Gaps<Entry> = Entry extends readonly [Status, ...infer Names extends string[]] ? Names[number] : never;

/** One thing that a check found. */
export interface Finding {
  readonly status: Status;
  /** Of the catalogue, under the check's name; or of {@link mishaps}. */
  readonly code: string;
  readonly params: Params;
}

/** Makes the findings of one check: `found('behind', { now, file, written })`. */
export function findingsOf<Name extends CheckName>(name: Name) {
  return <Code extends Codes<Name>>(
    code: Code,
    ...[params]: [Gaps<(typeof catalogue)[Name][Code]>] extends [never]
      ? []
      : [Readonly<Record<Gaps<(typeof catalogue)[Name][Code]>, Param>>]
  ): Finding => {
    const [status] = catalogue[name][code] as readonly [Status];
    return { status, code, params: (params as Params | undefined) ?? {} };
  };
}
