import { browserStorage, type StoredInBrowser } from '../inventory/browser-storage.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { PrivacyTerms } from './terms.ts';

/** Everything that is stored in browsers, in words: for the notice and for `/cookies`. */
export function storedView(t: Translate, terms: PrivacyTerms) {
  return browserStorage.map(({ name, text, necessity, lifetime }) => {
    return {
      name,
      purpose: t(`browserStorage.${text}`),
      necessity: t(`notice.necessity.${necessity}`),
      lifetime: lifetimeInWords(t, lifetime(terms)),
    };
  });
}

function lifetimeInWords(t: Translate, time: ReturnType<StoredInBrowser['lifetime']>): string {
  if (time === null) return t('notice.lifetime.browser');
  if (time === 'kept') return t('notice.lifetime.kept');
  if ('days' in time) return t('notice.lifetime.days', { days: time.days });
  return t('notice.lifetime.minutes', { minutes: time.minutes });
}
