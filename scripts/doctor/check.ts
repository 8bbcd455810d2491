import type { CheckName, Finding } from './catalogue.ts';
import type { Patient } from './patient.ts';

/** One thing to look at. */
export interface Check {
  readonly name: CheckName;
  /** How long it may take, in milliseconds. */
  readonly deadlineMs: number;
  /**
   * Answers at least one finding. Whatever it throws is found as broken.
   *
   * @param signal aborted at the deadline; what is still open then is to be closed.
   */
  readonly examine: (patient: Patient, signal: AbortSignal) => Promise<readonly Finding[]>;
}
