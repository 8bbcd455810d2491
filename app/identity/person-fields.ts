import { type Language, languages } from '../kernel/languages.ts';
import type { Role } from '../kernel/roles.ts';
import { readTypedName } from '../kernel/typed-name.ts';
import { canonicalAddress, isMailAddress } from '../mail/address.ts';

/** Characters of a person's name; as many as a participant's. */
export const NAME_LIMIT = 60;
export const ADDRESS_LIMIT = 254;

/** What is said of a person when an account is made. */
export interface PersonFields {
  readonly name: string;
  /** In small letters. */
  readonly email: string;
  readonly language: Language;
  readonly role: Role;
}

export type PersonFieldName = keyof PersonFields;

/** Something typed by a person, or a line of a file. */
export type TypedFields = Readonly<Partial<Record<PersonFieldName, unknown>>>;

/**
 * Checks what was typed.
 *
 * @param grantable the roles that whoever typed it may give.
 * @returns the fields, or the names of those that are wrong.
 */
export function readPersonFields(
  typed: TypedFields,
  grantable: readonly Role[],
): { readonly fields: PersonFields } | { readonly wrong: readonly PersonFieldName[] } {
  const name = readTypedName(typed.name, NAME_LIMIT);
  const email = readAddress(typed.email);
  const language = languages.find((each) => each === typed.language);
  const role = grantable.find((each) => each === typed.role);
  if (name !== null && email !== null && language !== undefined && role !== undefined) {
    return { fields: { name, email, language, role } };
  }
  const checked: readonly (readonly [PersonFieldName, unknown])[] = [
    ['name', name],
    ['email', email],
    ['language', language],
    ['role', role],
  ];
  return {
    wrong: checked.flatMap(([field, value]) => (value === null || value === undefined ? [field] : [])),
  };
}

/** An address as it is kept, or null for what is none. */
export function readAddress(typed: unknown): string | null {
  if (typeof typed !== 'string' || typed.length > 4 * ADDRESS_LIMIT) return null;
  const email = canonicalAddress(typed);
  return isMailAddress(email) ? email : null;
}
