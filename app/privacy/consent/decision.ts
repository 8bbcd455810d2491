import { DAY_MS } from '../../kernel/clock.ts';
import type { Purpose, Purposes } from './purposes.ts';

/** How long a choice is kept before people are asked again: six months, as the CNIL recommends for a yes and a no. */
export const DECISION_DAYS = 182;

/** Digits of a text's version that tell one text from the next. */
const VERSION_DIGITS = 12;
const MOST_CHOICES = 16;

/** What the reader of a browser chose. */
export interface Decision {
  /** Random, 43 characters: proves that a row of the ledger is this browser's. */
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly choices: ReadonlyMap<string, Choice>;
}

export interface Choice {
  readonly isGiven: boolean;
  /** The beginning of the version of the text that was read. */
  readonly version: string;
}

const SHAPE = /^1\.([\w-]{43})\.([0-9a-z]{1,10})\.(.{0,1000})$/;
const CHOICE = /^([a-z][a-z0-9_]{0,31})~([01])~([0-9a-f]{12})$/;

/** A decision as it stands in a cookie and in a hand-over. */
export function writeDecision({ id, at, choices }: Decision): string {
  const each = [...choices].map(([name, { isGiven, version }]) => `${name}~${isGiven ? 1 : 0}~${version}`);
  return `1.${id}.${at.toString(36)}.${each.join('.')}`;
}

/** The decision that is written there; null for what is none, or is over. */
export function readDecision(written: string | undefined, now: number): Decision | null {
  const [, id, time, rest] = SHAPE.exec(written ?? '') ?? [];
  if (id === undefined || time === undefined || rest === undefined) return null;
  const at = Number.parseInt(time, 36);
  if (at > now || at <= now - DECISION_DAYS * DAY_MS) return null;
  const choices = new Map<string, Choice>();
  for (const part of rest.split('.').slice(0, MOST_CHOICES)) {
    const [, name, given, version] = CHOICE.exec(part) ?? [];
    if (name === undefined || version === undefined) return null;
    choices.set(name, { isGiven: given === '1', version });
  }
  return { id, at, choices };
}

/** Answers about purposes as they read now. */
export function choicesOf(
  purposes: Purposes,
  answers: ReadonlyMap<Purpose, boolean>,
): ReadonlyMap<string, Choice> {
  return new Map(
    [...answers].map(([purpose, isGiven]) => [
      purpose.name,
      { isGiven, version: purposes.versionOf(purpose).slice(0, VERSION_DIGITS) },
    ]),
  );
}

/**
 * What somebody chose about a purpose; null if nothing that counts. A yes holds for the text that was read, and lapses
 * when that becomes another; a no holds until it is taken back.
 */
export function choiceAbout(decision: Decision | null, purposes: Purposes, purpose: Purpose): boolean | null {
  const choice = decision?.choices.get(purpose.name);
  if (choice === undefined) return null;
  if (!choice.isGiven) return false;
  return purposes.versionOf(purpose).startsWith(choice.version) ? true : null;
}
