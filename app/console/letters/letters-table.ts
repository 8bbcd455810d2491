import type { FastifyRequest } from 'fastify';
import type { Database } from '../../database/open.ts';
import { sees } from '../../inventory/data-category.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { letters } from '../../mail/data-categories.ts';
import { letterStates } from '../../mail/letter-rows.ts';
import { type ListedLetter, listLetters } from '../../mail/store.ts';
import type { Cell, Table, Tone } from '../table.ts';

const tones: Readonly<Record<ListedLetter['state'], Tone>> = {
  waiting: 'quiet',
  sending: 'quiet',
  sent: 'good',
  given_up: 'bad',
  withdrawn: 'quiet',
  expired: 'quiet',
  void: 'quiet',
};

/** What became of a letter, as a sign, a colour and a word. */
export function standing(
  { state, last_fault: fault }: ListedLetter,
  t: Translate,
): Cell & { readonly tone: Tone } {
  const isDelayed = state === 'waiting' && fault !== null && fault !== 'no_relay';
  return { text: t(`letters.states.${state}`), tone: isDelayed ? 'warning' : tones[state] };
}

/** Why it was not taken, in words; null where nothing is known to be wrong. */
export function faultWords(
  { last_fault: fault, last_reply: reply }: ListedLetter,
  t: Translate,
): string | null {
  if (fault === null) return null;
  const words = t(`letters.faults.${fault}`);
  return reply === null ? words : t('letters.faultWithReply', { fault: words, reply });
}

export const letterPath = ({ id }: { readonly id: string }): string => `/console/letters/${id}`;

/** The outbox. Whoever does not see recipients does not find letters by them either. */
export function lettersTable(database: Database, { signedIn }: FastifyRequest): Table<ListedLetter> {
  return {
    name: 'letters',
    caption: (t) => t('letters.title'),
    columns: [
      {
        name: 'kind',
        heading: (t) => t('letters.kind'),
        cell: (letter, t) => ({ text: t(`letters.kinds.${letter.kind}`), href: letterPath(letter) }),
      },
      {
        name: 'recipient',
        heading: (t) => t('letters.recipient'),
        cell: ({ recipient }) => ({ text: recipient }),
        category: letters,
      },
      {
        name: 'name',
        heading: (t) => t('letters.name'),
        cell: ({ recipient_name: name }) => ({ text: name }),
        category: letters,
        isHidden: true,
      },
      { name: 'state', heading: (t) => t('letters.state'), cell: standing },
      {
        name: 'made',
        heading: (t) => t('letters.made'),
        cell: (letter) => ({ at: letter.created_at }),
        sort: { column: 'letters.created_at', value: (letter) => letter.created_at },
      },
      {
        name: 'attempts',
        heading: (t) => t('letters.attempts'),
        cell: ({ attempts }) => ({ text: String(attempts) }),
      },
      {
        name: 'next',
        heading: (t) => t('letters.next'),
        cell: (letter) => ({ at: nextAttemptOf(letter) }),
      },
      {
        name: 'fault',
        heading: (t) => t('letters.fault'),
        cell: ({ last_fault: fault }, t) => ({ text: fault ? t(`letters.faultsShort.${fault}`) : '–' }),
        plain: ({ last_fault: fault }) => fault,
      },
      {
        name: 'reply',
        heading: (t) => t('letters.reply'),
        cell: ({ last_reply: reply }) => ({ text: reply ?? '–' }),
        plain: ({ last_reply: reply }) => reply,
        isHidden: true,
      },
      {
        name: 'done',
        heading: (t) => t('letters.done'),
        cell: (letter) => ({ at: letter.done_at }),
        isHidden: true,
      },
    ],
    defaultSort: '-made',
    ...(sees(signedIn.role, letters) && { search: (t) => t('letters.search') }),
    filters: [
      {
        name: 'state',
        label: (t) => t('letters.state'),
        options: (t) =>
          letterStates
            .filter((state) => state !== 'void')
            .map((state) => ({ value: state, label: t(`letters.states.${state}`) })),
      },
    ],
    list: (request, query) => listLetters(database, request.scope('letters.read'), query),
    empty: (t) => ({ heading: t('letters.empty.heading'), text: t('letters.empty.text'), action: null }),
    csv: { path: () => '/console/letters.csv' },
  };
}

/** When it is tried next, in milliseconds since 1970; null if it is not, or nobody knows. */
export function nextAttemptOf({
  state,
  last_fault: fault,
  next_attempt_at: at,
}: ListedLetter): number | null {
  return state === 'waiting' && fault !== null && fault !== 'no_relay' ? at : null;
}
