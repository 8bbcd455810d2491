/** How many colours there are for people without a picture. */
export const AVATAR_TONES = 6;

/** One or two letters for a name: of its first and its last word. Empty for a name without any letter or digit. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => firstLetterOf(word ?? '')).join('');
}

/** The colour of a name, from 0 to {@link AVATAR_TONES} - 1: the same on everybody's screen. */
export function avatarToneOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % AVATAR_TONES;
}

/** With its accents, also when they are characters of their own. */
const firstLetterOf = (word: string) => (word.match(/^.\p{M}*/u)?.[0] ?? '').toLocaleUpperCase();
