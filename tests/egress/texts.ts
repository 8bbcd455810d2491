import { createTranslate, type Translate } from '../../app/kernel/i18n.ts';
import type { Language } from '../../scripts/doctor/language.ts';
import en from './texts/en.json' with { type: 'json' };
import fr from './texts/fr.json' with { type: 'json' };

export const texts = { en, fr } as const;

export const textsFor = (language: Language): Translate => createTranslate(language, texts[language]);
