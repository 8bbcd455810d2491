import { isInstant } from './instants.ts';
import { FhirFault, invalid, missing } from './outcome.ts';

/** Reads JSON that a program sent, element by element; what is of no use here is passed over. */
export type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body of a request as a resource of one type. @throws FhirFault */
export function resourceOf(body: unknown, type: string): Json {
  if (!isObject(body) || body.resourceType !== type)
    throw new FhirFault(400, 'structure', `The body must be a resource of the type ${type}, as JSON.`);
  for (const name of ['modifierExtension', 'implicitRules']) {
    if (body[name] !== undefined)
      throw new FhirFault(
        422,
        'not-supported',
        `${name} changes what a resource means and is not understood.`,
        {
          expression: `${type}.${name}`,
        },
      );
  }
  return body;
}

/** A text; null where there is none. @throws FhirFault for anything else, or a longer one */
export function text(from: Json, name: string, path: string, longest = 200): string | null {
  const value = from[name];
  if (value === undefined) return null;
  if (typeof value !== 'string' || value === '' || value.length > longest)
    throw invalid(`${name} must be a text of 1 to ${longest} characters.`, `${path}.${name}`);
  return value;
}

/** Elements of a list; none where there is none. @throws FhirFault */
export function list(from: Json, name: string, path: string, most: number): readonly Json[] {
  const value = from[name];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0 || value.length > most || !value.every(isObject))
    throw invalid(`${name} must be a list of 1 to ${most} elements.`, `${path}.${name}`);
  return value;
}

export function object(from: Json, name: string, path: string): Json | null {
  const value = from[name];
  if (value === undefined) return null;
  if (!isObject(value)) throw invalid(`${name} must be an object.`, `${path}.${name}`);
  return value;
}

/** An `instant` (FHIR R4, datatypes.html): with seconds and zone. Null where there is none. @throws FhirFault */
export function instant(from: Json, name: string, path: string): number | null {
  const written = text(from, name, path, 40);
  if (written === null) return null;
  if (!isInstant(written))
    throw invalid(
      `${name} must be an instant with seconds and a zone, as 2027-01-05T10:00:00+01:00.`,
      `${path}.${name}`,
    );
  return Date.parse(written);
}

/** The one element of a list that may have one at most. @throws FhirFault */
export function onlyOne(from: Json, name: string, path: string): Json | null {
  const all = list(from, name, path, 50);
  if (all.length > 1)
    throw new FhirFault(422, 'not-supported', `One ${name} is kept, not several.`, {
      expression: `${path}.${name}`,
    });
  return all[0] ?? null;
}

/** A business identifier, system and value. @throws FhirFault */
export function identifier(
  from: Json,
  path: string,
): { readonly system: string; readonly value: string } | null {
  const found = onlyOne(from, 'identifier', path);
  if (found === null) return null;
  const value = text(found, 'value', `${path}.identifier[0]`, 100);
  if (value === null) throw missing(`${path}.identifier[0].value`, 'An identifier needs a value.');
  return { system: text(found, 'system', `${path}.identifier[0]`, 200) ?? '', value };
}
