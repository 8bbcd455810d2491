import type { Translate } from '../kernel/i18n.ts';
import type { Letter } from '../mail/letter.ts';
import type { NewPerson } from './people-store.ts';

/** What a letter of welcome says of the site. */
export interface Welcome {
  readonly siteName: string;
  /** The whole address of the page to sign in. */
  readonly signInUrl: string;
}

/** Tells somebody of the account that was made for them. It lets nobody in. */
export function welcomeLetter(
  { id, name, email, language, organisationId }: NewPerson,
  t: Translate,
  { siteName, signInUrl }: Welcome,
): Letter {
  return {
    kind: 'account_made',
    to: { email, name, language, personId: id, organisationId },
    subject: t('people.welcome.subject', { site: siteName }),
    blocks: [
      { kind: 'paragraph', text: t('people.welcome.greeting', { name }) },
      { kind: 'paragraph', text: t('people.welcome.text', { site: siteName }) },
      { kind: 'action', label: t('people.welcome.action'), url: signInUrl },
      { kind: 'paragraph', text: t('people.welcome.how', { email }) },
    ],
    siteName,
  };
}
