import t from 'tap';
import { commandOf, shortcuts } from '../../app/client/meeting/shortcuts.ts';

const pressed = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  isComposing: false,
  ...more,
});

t.test('every key has one command, also with capitals locked', async (t) => {
  t.equal(new Set(shortcuts.map(({ key }) => key)).size, shortcuts.length);
  for (const { key, command } of shortcuts) {
    t.equal(commandOf(pressed(key)), command);
    if (key.length === 1) t.equal(commandOf(pressed(key.toUpperCase())), command);
  }
  t.equal(commandOf(pressed('x')), null);
  t.equal(commandOf(pressed('Enter')), null);
});

t.test('what belongs to the browser, to the system or to a keyboard’s repeat stays theirs', async (t) => {
  for (const chord of ['ctrlKey', 'altKey', 'metaKey', 'repeat', 'isComposing'])
    t.equal(commandOf(pressed('m', { [chord]: true })), null, chord);
  t.equal(commandOf(pressed('?', { ctrlKey: true, altKey: true })), 'shortcuts', 'AltGr on some keyboards');
});
