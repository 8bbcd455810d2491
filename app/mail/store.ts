import { joinedPage, type ListQuery, type Query } from '../database/keyset.ts';
import type { Database } from '../database/open.ts';
import { withWords } from '../database/word-search.ts';
import type { Scope } from '../kernel/permissions.ts';
import type { Role } from '../kernel/roles.ts';
import type { LetterRow } from './letter-rows.ts';

/** A letter as lists show it: without its content. */
export type ListedLetter = Pick<
  LetterRow,
  | 'id'
  | 'kind'
  | 'organisation_id'
  | 'person_id'
  | 'sensitive'
  | 'state'
  | 'attempts'
  | 'next_attempt_at'
  | 'last_fault'
  | 'last_reply'
  | 'created_at'
  | 'expires_at'
  | 'done_at'
  | 'recipient'
  | 'recipient_name'
  | 'language'
> & {
  /** Of whoever it is for; null for somebody without an account. */
  readonly person_role: Role | null;
};

const listedColumns = [
  'letters.id',
  'letters.kind',
  'letters.organisation_id',
  'letters.person_id',
  'letters.sensitive',
  'letters.state',
  'letters.attempts',
  'letters.next_attempt_at',
  'letters.last_fault',
  'letters.last_reply',
  'letters.created_at',
  'letters.expires_at',
  'letters.done_at',
  'letters.recipient',
  'letters.recipient_name',
  'letters.language',
  'people.role as person_role',
] as const;

/** The letters that a scope reaches. Those for nobody are nobody's business. */
function reached(database: Database, scope: Scope): Query {
  const query = database('letters').whereRaw("letters.state <> 'void'");
  if (scope.kind === 'organisation') return query.where({ 'letters.organisation_id': scope.organisationId });
  if (scope.kind === 'own') return query.where({ 'letters.person_id': scope.personId });
  return query;
}

const withReader = (letters: Query): Query =>
  letters.leftJoin('people', 'people.id', 'letters.person_id').select(...listedColumns);

/** A page of the letters that a scope reaches. `filters`: `state`. */
export async function listLetters(
  database: Database,
  scope: Scope,
  { words, filters, page }: ListQuery,
): Promise<ListedLetter[]> {
  const { state } = filters;
  const query = reached(database, scope);
  if (state !== undefined) query.where({ 'letters.state': state });
  const { query: found } = await withWords(database, query, words, {
    table: 'letters_words',
    key: 'letter_id',
    id: 'letters.id',
    index: 'letters_found',
  });
  return joinedPage(database, found, page, 'letters.id', withReader);
}

/** One letter that a scope reaches. */
export async function findLetter(database: Database, scope: Scope, id: string): Promise<ListedLetter | null> {
  const row: ListedLetter | undefined = await withReader(
    reached(database, scope).where({ 'letters.id': id }),
  ).first();
  return row ?? null;
}

/** What a letter says. */
export async function readContent(
  database: Database,
  id: string,
): Promise<Pick<LetterRow, 'subject' | 'text' | 'attachments'> | null> {
  return (await database('letters').where({ id }).first('subject', 'text', 'attachments')) ?? null;
}
