import { DateTime } from 'luxon';
import { readTypedName } from '../kernel/typed-name.ts';
import { readTypedText } from '../kernel/typed-text.ts';
import { canonicalAddress, isMailAddress } from '../mail/address.ts';
import { type AskedFields, type VisitField, visitFields } from './area.ts';
import type { Said } from './visit.ts';

/** Most characters of each field. */
export const fieldLimits: Readonly<Record<VisitField, number>> = {
  name: 80,
  birth_date: 10,
  case_number: 40,
  reason: 300,
  email: 254,
  phone: 32,
};

/** What can be wrong with what a patient typed; the texts are `clinic.door.faults.<fault>`. */
export type VisitFault = 'missing' | VisitField;

/** Reads what a patient typed at a door; what was not asked is as if it had not been typed. */
export function readSaid(
  typed: Readonly<Record<string, string>>,
  asked: AskedFields,
  now: number,
): { readonly said: Said } | { readonly faults: Readonly<Partial<Record<VisitField, VisitFault>>> } {
  const faults: Partial<Record<VisitField, VisitFault>> = {};
  const entries = visitFields.map((field) => {
    const text = (typed[field] ?? '').trim();
    const { asked: asking } = asked[field];
    if (asking === 'no') return [field, null] as const;
    if (text === '') {
      if (asking === 'required') faults[field] = 'missing';
      return [field, null] as const;
    }
    const value = readers[field](text, now);
    if (value === null) faults[field] = field;
    return [field, value] as const;
  });
  return Object.keys(faults).length > 0 ? { faults } : { said: Object.fromEntries(entries) as Said };
}

const readers: Readonly<Record<VisitField, (text: string, now: number) => string | null>> = {
  name: (text) => readTypedName(text, fieldLimits.name),
  birth_date: readBirthDate,
  case_number: (text) => readTypedName(text, fieldLimits.case_number),
  reason: (text) => readTypedText(text, fieldLimits.reason) || null,
  email: (text) => {
    const address = canonicalAddress(text);
    return isMailAddress(address) ? address : null;
  },
  phone: readPhone,
};

/** As browsers send it, `1961-07-30`, or as people write it: `30.7.1961`, `30/07/1961`. */
function readBirthDate(text: string, now: number): string | null {
  const [, day, month, year] = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text) ?? [];
  const date =
    year === undefined
      ? DateTime.fromISO(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : '-')
      : DateTime.fromObject({ year: Number(year), month: Number(month), day: Number(day) });
  return date.isValid && date.year >= 1890 && date.toMillis() <= now ? date.toISODate() : null;
}

/** A number as a gateway takes it: digits, with `+` before them if it was typed. */
function readPhone(text: string): string | null {
  const tidy = text.normalize('NFKC').replaceAll(/[\s().\-/\u00a0]/g, '');
  return /^\+?\d{5,20}$/.test(tidy) ? tidy : null;
}
