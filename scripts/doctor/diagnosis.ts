import { type CheckName, type Finding, mishaps, type Status } from './catalogue.ts';
import type { Check } from './check.ts';
import { type Language, textsOf } from './language.ts';
import type { Patient } from './patient.ts';

/** What a check came to. */
export interface Diagnosis {
  readonly check: CheckName;
  /** That of its worst finding. */
  readonly status: Status;
  /** At least one, the worst first; green ones where nothing is wrong only. */
  readonly findings: readonly Finding[];
  readonly tookMs: number;
}

/** The same for programs, `--json`: the names are stable, the sentences are not. */
export interface DiagnosisRecord {
  readonly check: CheckName;
  readonly status: Status;
  /** Of the findings, as in the catalogue. */
  readonly codes: readonly string[];
  readonly found: string;
  /** Null where there is nothing to do. */
  readonly cure: string | null;
  readonly tookMs: number;
}

const severity: Readonly<Record<Status, number>> = { green: 0, amber: 1, red: 2 };

export function worst(statuses: readonly Status[]): Status {
  return statuses.toSorted((a, b) => severity[b] - severity[a]).at(0) ?? 'green';
}

/** @param findings at least one. */
export function diagnose(check: CheckName, findings: readonly Finding[], tookMs: number): Diagnosis {
  const status = worst(findings.map((each) => each.status));
  const wrong = findings.filter((each) => each.status !== 'green');
  const told = wrong.length > 0 ? wrong : findings;
  return {
    check,
    status,
    findings: told.toSorted((a, b) => severity[b.status] - severity[a.status]),
    tookMs,
  };
}

/** Carries out a check. Never throws: one that takes too long or breaks is a red diagnosis itself. */
export async function carryOut(check: Check, patient: Patient): Promise<Diagnosis> {
  const startedAtMs = performance.now();
  const giveUp = new AbortController();
  const late = Promise.withResolvers<readonly Finding[]>();
  const timer = setTimeout(() => {
    const [status] = mishaps.late;
    late.resolve([{ status, code: 'late', params: { seconds: check.deadlineMs / 1000 } }]);
    giveUp.abort();
  }, check.deadlineMs);
  let findings: readonly Finding[];
  try {
    findings = await Promise.race([check.examine(patient, giveUp.signal), late.promise]);
  } catch (error) {
    const [status] = mishaps.broken;
    findings = [{ status, code: 'broken', params: { reason: reasonOf(error) } }];
  } finally {
    clearTimeout(timer);
  }
  return diagnose(check.name, findings, Math.round(performance.now() - startedAtMs));
}

export function toRecord(
  { check, status, findings, tookMs }: Diagnosis,
  language: Language,
): DiagnosisRecord {
  const texts = textsOf(language);
  const cures = new Set(findings.flatMap((finding) => texts.cure(check, finding) ?? []));
  return {
    check,
    status,
    codes: [...new Set(findings.map(({ code }) => code))],
    found: findings.map((finding) => texts.found(check, finding)).join(' '),
    cure: cures.size === 0 ? null : [...cures].join(' '),
    tookMs,
  };
}

/** What broke and why, on one line, causes included. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = (error.message || error.name).replaceAll(/\s+/g, ' ');
  return !(error.cause instanceof Error) ? message : `${message}: ${reasonOf(error.cause)}`;
}
