import { browserStorage } from '../inventory/browser-storage.ts';
import type { Translate } from '../kernel/i18n.ts';
import type { PrivacyTerms } from './terms.ts';

/** Everything that is stored in browsers, in words: for the notice and for `/cookies`. */
export function storedView(t: Translate, terms: PrivacyTerms) {
  return browserStorage.map(({ name, text, necessity, lifetime }) => {
    const time = lifetime(terms);
    return {
      name,
      purpose: t(`browserStorage.${text}`),
      necessity: t(`notice.necessity.${necessity}`),
      lifetime:
        time === null
          ? t('notice.lifetime.browser')
          : 'days' in time
            ? t('notice.lifetime.days', { days: time.days })
            : t('notice.lifetime.minutes', { minutes: time.minutes }),
    };
  });
}
