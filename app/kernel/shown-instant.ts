import type { Language } from './languages.ts';

/** The locale that dates are written in: English ones day first and by 24 hours, as the appliance is a European. */
const locales = { en: 'en-GB', fr: 'fr-FR' } as const satisfies Record<Language, string>;

const formats = (options: Intl.DateTimeFormatOptions) => ({
  en: new Intl.DateTimeFormat(locales.en, options),
  fr: new Intl.DateTimeFormat(locales.fr, options),
});
const instants = formats({ dateStyle: 'medium', timeStyle: 'short' });
const exact = formats({ dateStyle: 'medium', timeStyle: 'medium' });
const days = formats({ dateStyle: 'medium' });

/** An instant as people read it, in the time zone of the server: `5 Jan 2026, 15:04`. */
export function shownInstant(at: number, language: Language): string {
  return instants[language].format(at);
}

/** The same with seconds: `5 Jan 2026, 15:04:09`. */
export function shownExactly(at: number, language: Language): string {
  return exact[language].format(at);
}

/** The day of an instant, in the time zone of the server: `5 Jan 2026`. */
export function shownDay(at: number, language: Language): string {
  return days[language].format(at);
}
