import { t } from './texts.ts';

/**
 * Copies the room's address, and says so; where the browser refuses, says the address.
 *
 * @param path - the room's own: the page's may be somebody's personal link.
 */
export async function copyAddress(path: string, say: (sentence: string) => void): Promise<void> {
  const address = `${location.origin}${path}`;
  try {
    await navigator.clipboard.writeText(address);
    say(t('meeting.copied'));
  } catch {
    say(t('meeting.copyByHand', { address }));
  }
}
