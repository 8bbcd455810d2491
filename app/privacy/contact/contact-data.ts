import { countOf } from '../../database/counting.ts';
import type { Query } from '../../database/keyset.ts';
import type { Database, Transaction } from '../../database/open.ts';
import {
  type CategoryStore,
  cutOff,
  isoOf,
  type RetentionTerms,
  type Subject,
} from '../../inventory/category-store.ts';
import { notOfHeldAddress } from '../../inventory/legal-holds.ts';
import type { ContactRow } from './contact-rows.ts';

const over = (database: Database | Transaction, terms: RetentionTerms): Query =>
  notOfHeldAddress(
    database('contacts').where('created_at', '<=', cutOff(terms, terms.relationshipDays)),
    terms,
    'contacts.email',
  );

/** Messages from an address; none is an organisation's, which is no party to them. */
function contactsOf(database: Database | Transaction, subject: Subject): Query {
  const contacts = database('contacts');
  return subject.kind === 'organisation' ? contacts.whereRaw('0') : contacts.where({ email: subject.email });
}

/** What came by the contact form. */
export const contactStore: CategoryStore = {
  async collect(database, subject) {
    const rows: ContactRow[] = await contactsOf(database, subject).orderBy('created_at');
    return rows.map((row) => ({
      company: row.company,
      name: row.name,
      email: row.email,
      phone: row.phone,
      message: row.message,
      language: row.language,
      host: row.host,
      createdAt: isoOf(row.created_at),
      handledAt: isoOf(row.handled_at),
    }));
  },

  async erase(transaction, subject) {
    return contactsOf(transaction, subject).delete();
  },

  async expire(transaction, terms, limit) {
    const ids: string[] = await over(transaction, terms).limit(limit).pluck('id');
    return transaction('contacts').whereIn('id', ids).delete();
  },

  async count(database, terms) {
    return { total: await countOf(database('contacts')), due: await countOf(over(database, terms)) };
  },
};
