/** What a key does in a meeting. */
export type Command =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'hand'
  | 'react'
  | 'chat'
  | 'people'
  | 'layout'
  | 'full-screen'
  | 'float'
  | 'previous-page'
  | 'next-page'
  | 'shortcuts';

/** By `KeyboardEvent.key`, in the order in which they are listed. */
export const shortcuts: readonly { readonly key: string; readonly command: Command }[] = [
  { key: 'm', command: 'microphone' },
  { key: 'v', command: 'camera' },
  { key: 's', command: 'screen' },
  { key: 'h', command: 'hand' },
  { key: 'r', command: 'react' },
  { key: 'c', command: 'chat' },
  { key: 'p', command: 'people' },
  { key: 'l', command: 'layout' },
  { key: 'f', command: 'full-screen' },
  { key: 'i', command: 'float' },
  { key: 'PageUp', command: 'previous-page' },
  { key: 'PageDown', command: 'next-page' },
  { key: '?', command: 'shortcuts' },
];

export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** The browser composes a character (W3C UI Events, section 3.7). */
  readonly isComposing: boolean;
}

/** What this key does; null: nothing, as with Ctrl, Alt or Meta it is the browser's or the system's. */
export function commandOf({
  key,
  ctrlKey,
  altKey,
  metaKey,
  repeat,
  isComposing,
}: PressedKey): Command | null {
  // AltGr is Ctrl and Alt on Windows, and some keyboards need it for a question mark.
  const isChord = (ctrlKey || altKey || metaKey) && key !== '?';
  if (isChord || repeat || isComposing) return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return shortcuts.find((shortcut) => shortcut.key === name)?.command ?? null;
}
