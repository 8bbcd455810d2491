/** The languages that every text is written in. */
export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];
