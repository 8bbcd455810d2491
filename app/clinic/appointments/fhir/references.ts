import { invalid, missing, refused } from './outcome.ts';
import { type Json, list, object, text } from './reading.ts';

/** Whom or what an element refers to. */
export interface Reference {
  /** `Patient`, `HealthcareService`; null where nothing says so. */
  readonly type: string | null;
  /** Of a resource here, or of one that the resource contains (`#id`); null without. */
  readonly id: string | null;
  readonly isContained: boolean;
  /** What it is called elsewhere. */
  readonly identifier: string | null;
  readonly display: string | null;
}

const RELATIVE = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** Reads a `Reference`: a relative or whole address, `#id`, or an identifier with a type. @throws FhirFault */
export function referenceOf(from: Json, path: string): Reference {
  const written = text(from, 'reference', path, 500);
  const named = object(from, 'identifier', path);
  const identifier = named && text(named, 'value', `${path}.identifier`, 254);
  const display = text(from, 'display', path, 200);
  const type = text(from, 'type', path, 64);
  if (written === null) return { type, id: null, isContained: false, identifier, display };
  if (written.startsWith('#')) return { type, id: written.slice(1), isContained: true, identifier, display };
  const [, kind, id] = RELATIVE.exec(written) ?? [];
  if (kind === undefined || id === undefined)
    throw invalid('A reference is written as Type/id.', `${path}.reference`);
  return { type: kind, id, isContained: false, identifier, display };
}

/** Whom an appointment is with. */
export interface Patient {
  readonly name: string;
  readonly email: string | null;
  /** BCP 47, as it was written; null where nothing says so. */
  readonly language: string | null;
}

/** What is known of a patient: by a `Patient` that the appointment contains, or what the reference calls them. */
export function patientOf(resource: Json, reference: Reference, path: string): Patient {
  const contained = list(resource, 'contained', 'Appointment', 20).find(
    (each) => each.resourceType === 'Patient' && reference.isContained && each.id === reference.id,
  );
  if (reference.isContained && contained === undefined)
    throw refused('The appointment contains no such Patient.', `${path}.reference`);
  if (contained === undefined) {
    if (reference.display === null)
      throw missing(path, 'A patient needs a display, or a contained Patient with a name.');
    return { name: reference.display, email: null, language: null };
  }
  const where = 'Appointment.contained.Patient';
  const name = nameOf(contained, where) ?? reference.display;
  if (name === null) throw missing(`${where}.name`, 'A patient needs a name.');
  const email = list(contained, 'telecom', where, 20).find((each) => each.system === 'email');
  const spoken = list(contained, 'communication', where, 20);
  const preferred = spoken.find((each) => each.preferred === true) ?? spoken[0];
  const concept = preferred && object(preferred, 'language', `${where}.communication`);
  const [coding] = concept ? list(concept, 'coding', `${where}.communication.language`, 10) : [];
  return {
    name,
    email: email ? text(email, 'value', `${where}.telecom`, 254) : null,
    language: coding ? text(coding, 'code', `${where}.communication.language.coding`, 35) : null,
  };
}

/** `text`, or else given and family names, of the official name or the first one. */
function nameOf(patient: Json, path: string): string | null {
  const names = list(patient, 'name', path, 20);
  const name = names.find((each) => each.use === 'official') ?? names[0];
  if (name === undefined) return null;
  const whole = text(name, 'text', `${path}.name`);
  if (whole !== null) return whole;
  const given = Array.isArray(name.given) ? name.given.filter((each) => typeof each === 'string') : [];
  const family = text(name, 'family', `${path}.name`);
  return [...given, family].filter(Boolean).join(' ') || null;
}
