import { ADDRESS_LIMIT, readAddress } from '../../identity/person-fields.ts';
import { readTypedName } from '../../kernel/typed-name.ts';

export { ADDRESS_LIMIT };
export const COMPANY_LIMIT = 120;
export const NAME_LIMIT = 100;
export const PHONE_LIMIT = 40;
export const MESSAGE_LIMIT = 4000;

/** More than this are advertising. */
const MOST_LINKS = 2;
const LINK = /(?:https?:\/\/|www\.)/gi;

/** Digits as people write them: `+33 (0)1 23 45 67 89`, `01.23.45.67.89 ext. 12`. */
const PHONE = /^[+()\d][\d\s()./+\-–]{3,}(?:\s*(?:ext\.?|poste|p\.)\s*\d{1,6})?$/i;

/** Control characters but for the end of a line and the tabulator, and those that turn the direction of a text. */
const MISLEADING = /[^\P{Cc}\n\t]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

export interface ContactFields {
  /** Empty if there is none. */
  readonly company: string;
  readonly name: string;
  readonly email: string;
  /** Empty if there is none. */
  readonly phone: string;
  readonly message: string;
}

export const contactFieldNames = ['company', 'name', 'email', 'phone', 'message'] as const;
export type ContactFieldName = (typeof contactFieldNames)[number];

/** Why a field is not taken; its text is `contact.faults.<field>`, or `contact.faults.links`. */
export type ContactFault = ContactFieldName | 'links';

/** Checks what was typed: the fields, or what is wrong with which. */
export function readContactFields(
  typed: Readonly<Record<string, string>>,
):
  | { readonly fields: ContactFields }
  | { readonly faults: Readonly<Partial<Record<ContactFieldName, ContactFault>>> } {
  const company = optional(typed.company, (text) => readTypedName(text, COMPANY_LIMIT));
  const name = readTypedName(typed.name, NAME_LIMIT);
  const email = readAddress(typed.email);
  const phone = optional(typed.phone, readPhone);
  const message = readMessage(typed.message ?? '');
  const hasLink = (text: string | null) => text !== null && text.match(LINK) !== null;
  const isAdvertising = message !== null && (message.match(LINK)?.length ?? 0) > MOST_LINKS;
  if (
    company !== null &&
    name !== null &&
    email !== null &&
    phone !== null &&
    message !== null &&
    !isAdvertising &&
    !hasLink(name) &&
    !hasLink(company)
  )
    return { fields: { company, name, email, phone, message } };
  return {
    faults: {
      ...((company === null || hasLink(company)) && { company: 'company' }),
      ...((name === null || hasLink(name)) && { name: 'name' }),
      ...(email === null && { email: 'email' }),
      ...(phone === null && { phone: 'phone' }),
      ...(message === null && { message: 'message' }),
      ...(isAdvertising && { message: 'links' }),
    },
  };
}

function optional(typed: string | undefined, read: (text: string) => string | null): string | null {
  return typed === undefined || typed.trim() === '' ? '' : read(typed);
}

function readPhone(typed: string): string | null {
  const tidy = typed.normalize('NFKC').trim().replaceAll(/\s+/g, ' ');
  return tidy.length <= PHONE_LIMIT && PHONE.test(tidy) ? tidy : null;
}

function readMessage(typed: string): string | null {
  const text = typed.normalize('NFC').replaceAll(/\r\n?/g, '\n').trim();
  if (MISLEADING.test(text) || [...text].length > MESSAGE_LIMIT) return null;
  return /[\p{L}\p{N}]/u.test(text) ? text : null;
}
