import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import type { Letter } from '../../mail/letter.ts';
import type { Person } from '../person.ts';
import type { Visit } from './visit.ts';

type Reader = Letter['to'];

export const readerOf = (person: Person): Reader => ({
  email: person.email,
  name: person.name,
  language: person.language,
  personId: person.id,
  organisationId: person.organisationId,
});

/** For an address that nobody has: never sent, and as long as one that is; most names are two words. */
export const nobody = (email: string, language: Language): Reader => ({
  email,
  name: 'Absent Reader',
  language,
});

interface Proof {
  readonly code: string;
  readonly expiresAt: number;
  readonly minutes: number;
}

/** Link and code. */
export function signInLetter(
  t: Translate,
  to: Reader,
  visit: Visit,
  { code, expiresAt, minutes, path, at }: Proof & { readonly path: string; readonly at: number },
): Letter {
  const site = visit.siteName;
  return {
    kind: 'sign_in',
    to,
    siteName: site,
    subject: t('signIn.letter.subject', { site }),
    blocks: [
      { kind: 'paragraph', text: t('signIn.letter.link', { site, minutes }) },
      { kind: 'action', label: t('signIn.letter.open'), url: visit.ownUrl(path) },
      { kind: 'code', label: t('signIn.letter.code'), code },
      { kind: 'facts', rows: circumstances(t('signIn.letter.when'), t, to.language, visit, at) },
      { kind: 'paragraph', text: t('signIn.letter.notYou') },
    ],
    isSensitive: true,
    expiresAt,
  };
}

/** A code that confirms who does something dangerous. */
export function confirmationLetter(
  t: Translate,
  to: Reader,
  visit: Visit,
  { code, expiresAt, minutes, at }: Proof & { readonly at: number },
): Letter {
  const site = visit.siteName;
  return {
    kind: 'confirmation',
    to,
    siteName: site,
    subject: t('confirmation.letter.subject', { site }),
    blocks: [
      { kind: 'paragraph', text: t('confirmation.letter.code', { minutes }) },
      { kind: 'code', label: t('confirmation.letter.label'), code },
      { kind: 'facts', rows: circumstances(t('signIn.letter.when'), t, to.language, visit, at) },
      { kind: 'paragraph', text: t('confirmation.letter.notYou') },
    ],
    isSensitive: true,
    expiresAt,
  };
}

/** Tells that a browser was signed in. */
export function newSignInLetter(t: Translate, person: Person, visit: Visit, at: number): Letter {
  const site = visit.siteName;
  return {
    kind: 'new_sign_in',
    to: readerOf(person),
    siteName: site,
    subject: t('signIn.newLetter.subject', { site }),
    blocks: [
      { kind: 'paragraph', text: t('signIn.newLetter.what', { site }) },
      { kind: 'facts', rows: circumstances(t('signIn.newLetter.when'), t, person.language, visit, at) },
      { kind: 'paragraph', text: t('signIn.newLetter.notYou') },
      { kind: 'action', label: t('signIn.newLetter.open'), url: visit.ownUrl('/account') },
    ],
  };
}

function circumstances(
  when: string,
  t: Translate,
  language: Language,
  { device }: Visit,
  at: number,
): readonly (readonly [string, string])[] {
  return [
    [when, shownInstant(at, language)],
    [t('signIn.letter.device'), device === '' ? t('signIn.unknownDevice') : device],
  ];
}
