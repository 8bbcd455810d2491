import type { Person } from '../../identity/person.ts';
import { grantableRoles, reachOf } from '../../kernel/permissions.ts';
import type { ListedLetter } from '../../mail/store.ts';

/**
 * Why somebody may not read what a letter says; null if they may. A letter that lets its reader in somewhere is for
 * others' eyes only where nothing is sent, as nobody would get it otherwise; and no such way leads to somebody with
 * more rights than the one who reads.
 */
export type Closed = 'gone' | 'not_yours' | 'above' | 'sensitive';

export function whyClosed(
  reader: Pick<Person, 'id' | 'role'>,
  letter: ListedLetter,
  isRelayConfigured: boolean,
): Closed | null {
  if (reachOf(reader.role, 'letters.read_content') === null) return 'not_yours';
  if (isAbove(reader, letter)) return 'above';
  if (letter.state !== 'waiting' && letter.state !== 'sending') return 'gone';
  return letter.sensitive && isRelayConfigured ? 'sensitive' : null;
}

/** Whether a letter is for somebody with rights that its reader could not give. */
export function isAbove(reader: Pick<Person, 'id' | 'role'>, letter: ListedLetter): boolean {
  if (letter.person_role === null || letter.person_id === reader.id || reader.role === 'technical')
    return false;
  return !grantableRoles(reader.role).includes(letter.person_role);
}
