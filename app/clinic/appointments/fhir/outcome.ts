import type { AppError, ErrorCode } from '../../../kernel/errors.ts';

/** Codes of `issue-type` (FHIR R4, valueset-issue-type) that are used here. */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'not-supported'
  | 'not-found'
  | 'duplicate'
  | 'conflict'
  | 'business-rule'
  | 'login'
  | 'throttled'
  | 'transient'
  | 'exception';

/** What is wrong with a request of a program: an HTTP status, an issue code, a sentence, and where in the resource. */
export class FhirFault extends Error {
  override readonly name = 'FhirFault';
  readonly status: number;
  readonly code: IssueCode;
  /** FHIRPath of the element; null for the whole. */
  readonly expression: string | null;

  constructor(
    status: number,
    code: IssueCode,
    diagnostics: string,
    options: { readonly expression?: string; readonly cause?: unknown } = {},
  ) {
    super(diagnostics, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.expression = options.expression ?? null;
  }
}

/** A resource that says so (FHIR R4, http.html, 3.1.0.1.5: 400 for what is no FHIR, 422 for what breaks a rule). */
export const invalid = (diagnostics: string, expression?: string) =>
  new FhirFault(400, 'value', diagnostics, expression === undefined ? {} : { expression });
export const missing = (expression: string, diagnostics: string) =>
  new FhirFault(422, 'required', diagnostics, { expression });
export const refused = (diagnostics: string, expression?: string) =>
  new FhirFault(422, 'business-rule', diagnostics, expression === undefined ? {} : { expression });

const codes: Partial<Record<ErrorCode, readonly [status: number, code: IssueCode]>> = {
  not_found: [404, 'not-found'],
  changed_meanwhile: [412, 'conflict'],
  slot_taken: [409, 'conflict'],
  external_name_taken: [409, 'duplicate'],
  appointment_over: [422, 'business-rule'],
  too_many_appointments: [422, 'business-rule'],
  service_token_needed: [401, 'login'],
  too_many_requests: [429, 'throttled'],
  media_unavailable: [503, 'transient'],
  internal: [500, 'exception'],
};

/** A fault of the catalogue as programs are told of it. */
export function fhirFaultOf(fault: AppError, sentence: string): FhirFault {
  const [status, code] = codes[fault.code] ?? [fault.status, fault.status < 500 ? 'structure' : 'exception'];
  return new FhirFault(status, code, sentence, { cause: fault });
}

export function outcomeOf({ code, message, expression }: FhirFault) {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: code === 'exception' ? 'fatal' : 'error',
        code,
        diagnostics: message,
        ...(expression !== null && { expression: [expression] }),
      },
    ],
  };
}
