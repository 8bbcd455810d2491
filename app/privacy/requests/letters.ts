import type { Transaction } from '../../database/open.ts';
import { type PersonRow, personColumns } from '../../identity/person-rows.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { shownDay, shownInstant } from '../../kernel/shown-instant.ts';
import type { Block, Letter } from '../../mail/letter.ts';
import { REMINDED_DAYS } from './deadline.ts';
import { asksForData, type RequestRow } from './request-rows.ts';

/** Under which name letters go out, and where their links lead. */
export interface Letterhead {
  readonly siteName: string;
  readonly urlOf: (path: string) => string;
}

type Reader = Letter['to'];
type Numbered = Pick<RequestRow, 'number' | 'kind' | 'received_at' | 'due_at'>;

/** Whoever made a request; null for one without an address, who is written to by post. */
export function requester({ email, name, language, person_id }: RequestRow): Reader | null {
  return email === null ? null : { email, name: name ?? '', language, personId: person_id };
}

/** Who answers requests: the data protection officers, or where there is none the owners. */
export async function officers(transaction: Transaction): Promise<readonly Reader[]> {
  const active = () => transaction('people').where({ status: 'active' });
  const dpos: PersonRow[] = await active()
    .where({ role: 'dpo' })
    .select(...personColumns);
  const readers: PersonRow[] =
    dpos.length > 0
      ? dpos
      : await active()
          .where({ role: 'owner' })
          .select(...personColumns);
  return readers.map((row) => ({
    email: row.email,
    name: row.name,
    language: row.language,
    personId: row.id,
    organisationId: row.organisation_id,
  }));
}

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
/** What somebody typed, a paragraph for each. */
const paragraphs = (text: string): Block[] =>
  text
    .split(/\n{2,}/)
    .filter((each) => each.trim() !== '')
    .map(paragraph);

function facts(t: Translate, { language }: Reader, row: Numbered, due = row.due_at): Block {
  return {
    kind: 'facts',
    rows: [
      [t('requests.number'), String(row.number)],
      [t('requests.kind'), t(`requests.kinds.${row.kind}`)],
      [t('requests.received'), shownDay(row.received_at, language)],
      [t('requests.due'), shownDay(due, language)],
    ],
  };
}

/** The code that proves an address. */
export function codeLetter(
  t: Translate,
  to: Reader,
  { siteName }: Letterhead,
  proof: {
    readonly code: string;
    readonly minutes: number;
    readonly expiresAt: number;
    readonly at: number;
    readonly kind: RequestRow['kind'];
  },
): Letter {
  const { code, minutes, expiresAt, at, kind } = proof;
  return {
    kind: 'request_code',
    to,
    siteName,
    subject: t('requests.letter.code.subject', { site: siteName }),
    blocks: [
      paragraph(t('requests.letter.code.text', { site: siteName, minutes })),
      { kind: 'code', label: t('requests.letter.code.label'), code },
      {
        kind: 'facts',
        rows: [
          [t('requests.kind'), t(`requests.kinds.${kind}`)],
          [t('requests.letter.code.when'), shownInstant(at, to.language)],
        ],
      },
      paragraph(t('requests.letter.code.notYou')),
    ],
    isSensitive: true,
    expiresAt,
  };
}

/** To whoever made a request. */
function aboutRequest(
  t: Translate,
  to: Reader,
  { siteName }: Letterhead,
  { number }: Numbered,
  what: 'received' | 'extended' | 'answered' | 'refused',
  blocks: readonly Block[],
): Letter {
  const subject = t(`requests.letter.${what}.subject`, { number });
  return { kind: 'request', to, siteName, subject, blocks };
}

/** Tells that a request was received, and until when it is answered. */
export function receivedLetter(t: Translate, to: Reader, letterhead: Letterhead, row: Numbered): Letter {
  return aboutRequest(t, to, letterhead, row, 'received', [
    paragraph(t('requests.letter.received.text', { site: letterhead.siteName })),
    facts(t, to, row),
  ]);
}

export function extendedLetter(
  t: Translate,
  to: Reader,
  letterhead: Letterhead,
  row: Numbered,
  reason: string,
): Letter {
  return aboutRequest(t, to, letterhead, row, 'extended', [
    paragraph(t('requests.letter.extended.text', { day: shownDay(row.due_at, to.language) })),
    ...paragraphs(reason),
    facts(t, to, row),
    paragraph(t('requests.letter.remedies')),
  ]);
}

/** @param text what the officer wrote; may be empty where the data itself is the answer. */
export function answerLetter(
  t: Translate,
  to: Reader,
  letterhead: Letterhead,
  row: Numbered,
  { text, hasAccount }: { readonly text: string; readonly hasAccount: boolean },
): Letter {
  const open: Block = {
    kind: 'action',
    label: t('requests.letter.answered.open'),
    url: letterhead.urlOf('/my-data'),
  };
  return aboutRequest(t, to, letterhead, row, 'answered', [
    paragraph(t('requests.letter.answered.text')),
    ...paragraphs(text),
    ...(asksForData(row) && hasAccount ? [paragraph(t('requests.letter.answered.data')), open] : []),
    facts(t, to, row),
  ]);
}

export function refusalLetter(
  t: Translate,
  to: Reader,
  letterhead: Letterhead,
  row: Numbered,
  reason: string,
): Letter {
  return aboutRequest(t, to, letterhead, row, 'refused', [
    paragraph(t('requests.letter.refused.text')),
    ...paragraphs(reason),
    facts(t, to, row),
    paragraph(t('requests.letter.remedies')),
  ]);
}

/**
 * Tells that everything is erased. It is put in after that, holds the address for the last time, and leaves no trace
 * once it is sent, or was in vain for three days (mail/queue.ts).
 *
 * @param kept titles of what the law has kept.
 */
export function erasedLetter(
  t: Translate,
  { email, name, language }: Reader,
  { siteName }: Letterhead,
  row: Numbered,
  { kept, expiresAt }: { readonly kept: readonly string[]; readonly expiresAt: number },
): Letter {
  return {
    kind: 'erased',
    // Whose account it was is nobody any more.
    to: { email, name, language },
    siteName,
    subject: t('requests.letter.erased.subject', { number: row.number }),
    blocks: [
      paragraph(t('requests.letter.erased.text')),
      ...(kept.length > 0
        ? [paragraph(t('requests.letter.erased.kept', { names: new Intl.ListFormat(language).format(kept) }))]
        : []),
      paragraph(t('requests.letter.erased.last')),
    ],
    expiresAt,
  };
}

/** Tells an officer of a new request, or how many days are left for one. It names nobody. */
export function officerLetter(
  t: Translate,
  to: Reader,
  { siteName, urlOf }: Letterhead,
  row: Numbered & Pick<RequestRow, 'id'>,
  days: number | null,
): Letter {
  const about = { number: row.number, days: days ?? REMINDED_DAYS[0] };
  return {
    kind: 'request_duty',
    to,
    siteName,
    subject:
      days === null
        ? t('requests.letter.new.subject', { number: row.number })
        : t('requests.letter.reminder.subject', about),
    blocks: [
      paragraph(days === null ? t('requests.letter.new.text') : t('requests.letter.reminder.text', { days })),
      facts(t, to, row),
      {
        kind: 'action',
        label: t('requests.letter.new.open'),
        url: urlOf(`/console/requests/${row.id}`),
      },
    ],
  };
}
