import t from 'tap';
import { AVATAR_TONES, avatarToneOf, initialsOf } from '../../app/client/meeting/avatar.ts';

for (const [name, initials] of [
  ['Ada', 'A'],
  ['ada lovelace', 'AL'],
  ['Dr Bertrand Nkosi', 'DN'],
  ['Jean-Luc Moreau', 'JM'],
  ['Élise Œuvrard', 'ÉŒ'],
  ['E\u0301lise', 'E\u0301'],
  ['李小龙', '李'],
  ['Нина Петровна', 'НП'],
  ['  (guest)  ', 'G'],
  ['Salle 3', 'S3'],
  ['𠮷野 家', '𠮷家'],
  ['🙂', ''],
  ['', ''],
] as const) {
  t.equal(initialsOf(name), initials, `${name}: ${initials}`);
}

t.test('a name has one colour, and all colours are used', async (t) => {
  const names = Array.from({ length: 200 }, (_, index) => `Person ${index}`);
  t.same(new Set(names.map(avatarToneOf)), new Set(Array.from({ length: AVATAR_TONES }, (_, tone) => tone)));
  t.equal(avatarToneOf('Ada'), avatarToneOf('Ada'));
});
