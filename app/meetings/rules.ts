import type { Exceptions, Participant, Role, RuleName, Rules } from './messages.ts';

/**
 * How far a permission goes.
 *
 * `always`: whatever the rules of the meeting say. `by_rule`: unless a host forbade it, to all or to them.
 * `anybody`: to everybody in the meeting. `below`: only to those of a lower rank.
 */
export type Reach = 'always' | 'by_rule' | 'anybody' | 'below';

const always = 'always';
const by_rule = 'by_rule';
const anybody = 'anybody';
const below = 'below';

/**
 * Who may do what in a meeting: the only place that says so, for the app, which enforces it, and for the page, which
 * offers nobody what they may not. A role that is not named may not.
 */
export const meetingPermissions = {
  microphone: { host: always, cohost: always, participant: by_rule, guest: by_rule },
  camera: { host: always, cohost: always, participant: by_rule, guest: by_rule },
  screen: { host: always, cohost: always, participant: by_rule, guest: by_rule },
  chat: { host: always, cohost: always, participant: by_rule, guest: by_rule },
  reactions: { host: always, cohost: always, participant: by_rule, guest: by_rule },
  files: { host: always, cohost: always, participant: by_rule, guest: by_rule },
  /** Never forbidden: it is how one asks for what is. */
  raise_hand: { host: always, cohost: always, participant: always, guest: always },
  take_files: { host: always, cohost: always, participant: always, guest: always },
  /** To see who waits, and to let them in or send them away. */
  admit: { host: always, cohost: always },
  lock: { host: always, cohost: always },
  set_rules: { host: always, cohost: always },
  set_exception: { host: below, cohost: below },
  stop_source: { host: anybody, cohost: below },
  lower_hands: { host: anybody, cohost: anybody },
  withdraw_files: { host: anybody, cohost: below },
  remove: { host: below, cohost: below },
  set_cohost: { host: below },
  hand_over: { host: below },
  end: { host: always },
} as const satisfies Record<string, Partial<Record<Role, Reach>>>;

export type MeetingPermission = keyof typeof meetingPermissions;

/** Those that are used on somebody else. */
export type ReachingPermission =
  | 'set_exception'
  | 'stop_source'
  | 'lower_hands'
  | 'withdraw_files'
  | 'remove'
  | 'set_cohost'
  | 'hand_over';

const ranks: Readonly<Record<Role, number>> = { host: 2, cohost: 1, participant: 0, guest: 0 };

/** What a meeting begins with. */
export const everythingAllowed: Rules = {
  microphone: true,
  camera: true,
  screen: true,
  chat: true,
  reactions: true,
  files: true,
};

export const ruleNames = Object.keys(everythingAllowed) as RuleName[];

/** Whose permission is asked for. */
type Somebody = Pick<Participant, 'role'> & { readonly exceptions: Exceptions };

/** How far a role's permission goes, or null if it has none. */
export function reachOf(role: Role, permission: MeetingPermission): Reach | null {
  const row: Partial<Record<Role, Reach>> = meetingPermissions[permission];
  return row[role] ?? null;
}

/** Whether somebody may use what rules can forbid. */
export function mayUse({ role, exceptions }: Somebody, rule: RuleName, rules: Rules): boolean {
  const reach = reachOf(role, rule);
  return reach === always || (reach === by_rule && (exceptions[rule] ?? rules[rule]));
}

/** Whether a role may do what concerns nobody in particular, or some others at least. */
export function mayDo(role: Role, permission: Exclude<MeetingPermission, RuleName>): boolean {
  return reachOf(role, permission) !== null;
}

/** Whether a role may do this to somebody else of that role. */
export function mayDoTo(role: Role, permission: ReachingPermission, target: Role): boolean {
  const reach = reachOf(role, permission);
  return reach === anybody || (reach === below && ranks[target] < ranks[role]);
}
