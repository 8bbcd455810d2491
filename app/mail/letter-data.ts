import type { Query } from '../database/keyset.ts';
import type { Database, Transaction } from '../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../inventory/category-store.ts';
import { endedLongAgo } from '../inventory/ended-organisations.ts';
import { expiryOf } from '../inventory/expiry.ts';
import { notHeld, notOfHeldAddress } from '../inventory/legal-holds.ts';
import type { LetterRow } from './letter-rows.ts';

/** Why letters go: each is a query that an index answers. One letter may be in several of them. */
function reasons(database: Database | Transaction, terms: RetentionTerms): readonly [Query, ...Query[]] {
  const letters = () => {
    const rows = database('letters').whereRaw("letters.state <> 'void'").select('letters.id');
    notOfHeldAddress(rows, terms, 'letters.recipient');
    return notHeld(rows, terms, 'letters.organisation_id', 'letters.person_id');
  };
  const people = database('people')
    .whereIn('organisation_id', endedLongAgo(database, terms))
    .whereRaw("NOT (role = 'owner' AND status = 'active')")
    .select('id');
  return [
    letters().where('done_at', '<=', cutOff(terms, terms.letterDays)),
    letters().whereIn('letters.organisation_id', endedLongAgo(database, terms)),
    letters().whereIn('letters.person_id', people),
    // Those for nobody: the outbox takes them away every hour.
    database('letters').whereRaw("state = 'void'").where('created_at', '<=', terms.now).select('letters.id'),
  ];
}

/** Letters to a subject: by the account that they are about, and by where they went. */
function lettersOf(database: Database | Transaction, subject: Subject): Query {
  const letters = database('letters');
  if (subject.kind === 'organisation') return letters.where({ organisation_id: subject.id });
  if (subject.kind === 'address') return letters.where({ recipient: subject.email });
  return letters.where((each) => each.where({ person_id: subject.id }).orWhere({ recipient: subject.email }));
}

/** The outbox: whom letters went to, and while they wait what they say. */
export const letterStore: CategoryStore = {
  cutOff: (terms) => cutOff(terms, terms.letterDays),

  async collect(database, subject) {
    const rows: LetterRow[] = await lettersOf(database, subject).orderBy('created_at');
    return rows.map((row) => ({
      kind: row.kind,
      recipient: row.recipient,
      name: row.recipient_name,
      language: row.language,
      state: row.state,
      createdAt: isoOf(row.created_at),
      doneAt: isoOf(row.done_at),
      // Of one that lets its reader in, a copy would too.
      subject: row.sensitive === 1 ? '' : row.subject,
      text: row.sensitive === 1 ? '' : row.text,
    }));
  },

  async erase(transaction, subject) {
    return lettersOf(transaction, subject).delete();
  },

  ...expiryOf('letters', reasons),
};
