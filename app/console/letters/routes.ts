import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { sees } from '../../inventory/data-category.ts';
import { AppError } from '../../kernel/errors.ts';
import { type Permission, reachOf } from '../../kernel/permissions.ts';
import { letters } from '../../mail/data-categories.ts';
import type { Attachment } from '../../mail/letter.ts';
import type { MailState } from '../../mail/mail.ts';
import { findLetter, type ListedLetter, readContent } from '../../mail/store.ts';
import { sendCsv } from '../csv.ts';
import { withDone } from '../flash.ts';
import { tableView } from '../table.ts';
import { faultWords, letterPath, lettersTable, nextAttemptOf, standing } from './letters-table.ts';
import { isAbove, whyClosed } from './reading.ts';
import { testLetter } from './test-letter.ts';

export interface LetterPagesOptions {
  readonly database: Database;
}

type ById = { Params: { letterId: string } };

/** The outbox in the console: what waits, what was sent, and what the relay says. */
export const letterPages = fp<LetterPagesOptions>(
  async (app, { database }) => {
    const { mail, audit } = app;

    const find = async (request: FastifyRequest<ById>, permission: Permission): Promise<ListedLetter> => {
      const letter = await findLetter(database, request.scope(permission), request.params.letterId);
      if (letter === null) throw new AppError('not_found');
      return letter;
    };

    app.get('/console/letters', { config: { access: 'letters.read' } }, async (request, reply) => {
      const table = await tableView(request, lettersTable(database, request));
      await audit.record(request.actor, { action: 'letters.listed', organisationId: reached(request) });
      const scope = request.scope('letters.read');
      return reply.consolePage('console/letters/views/letters.hbs', {
        title: request.t('letters.title'),
        section: 'letters',
        post: postWords(await mail.state(), request, scope.kind === 'all'),
        mayTest: reachOf(request.signedIn.role, 'letters.write') !== null,
        table,
      });
    });

    app.get(
      '/console/letters.csv',
      { config: { access: 'letters.read', needsConfirmation: true } },
      async (request, reply) =>
        sendCsv(request, reply, lettersTable(database, request), {
          action: 'letters.exported',
          organisationId: reached(request),
        }),
    );

    app.get<ById>(
      '/console/letters/:letterId',
      { config: { access: 'letters.read' } },
      async (request, reply) => {
        const { t, signedIn } = request;
        const letter = await find(request, 'letters.read');
        await recordView(request, letter, false);
        const closed = whyClosed(signedIn, letter, mail.isRelayConfigured);
        const isOpen = letter.state === 'waiting';
        const mayWrite = reachOf(signedIn.role, 'letters.write') !== null && !isAbove(signedIn, letter);
        return reply.consolePage('console/letters/views/letter.hbs', {
          title: t(`letters.kinds.${letter.kind}`),
          section: 'letters',
          path: letterPath(letter),
          letter,
          standing: standing(letter, t),
          fault: faultWords(letter, t),
          advice: letter.last_fault && t(`letters.advice.${letter.last_fault}`),
          nextAttemptAt: nextAttemptOf(letter),
          seesRecipient: sees(signedIn.role, letters),
          isReadable: closed === null,
          closed: closed && t(`letters.closed.${closed}`),
          mayTry: mayWrite && isOpen && mail.isRelayConfigured,
          mayWithdraw: mayWrite && isOpen,
        });
      },
    );

    app.get<ById>(
      '/console/letters/:letterId/content',
      { config: { access: 'letters.read_content' } },
      async (request, reply) => {
        const letter = await find(request, 'letters.read_content');
        if (whyClosed(request.signedIn, letter, mail.isRelayConfigured)) throw new AppError('not_found');
        const content = await readContent(database, letter.id);
        // It may have been sent since.
        if (content === null || content.text === '') throw new AppError('changed_meanwhile');
        await recordView(request, letter, true);
        const files = JSON.parse(content.attachments) as Attachment[];
        return reply.consolePage('console/letters/views/content.hbs', {
          title: content.subject,
          section: 'letters',
          path: letterPath(letter),
          letter,
          lines: content.text
            .split('\n')
            .map((text) => ({ text, href: /^https:\/\/\S+$/.test(text) ? text : null })),
          files: files.map(({ fileName }) => fileName).join(', '),
        });
      },
    );

    app.post<ById>(
      '/console/letters/:letterId/try',
      { config: { access: 'letters.write' } },
      async (request, reply) => {
        const letter = await findToChange(request);
        await audit.record(request.actor, entry('letter.retried', letter));
        const { kind } = await mail.tryAgain(letter.id);
        const path = letterPath(letter);
        return reply.redirect(kind === 'sent' ? withDone(path, 'letter_sent') : path, 303);
      },
    );

    app.post<ById>(
      '/console/letters/:letterId/withdraw',
      { config: { access: 'letters.write' } },
      async (request, reply) => {
        const letter = await findToChange(request);
        const isDone = await database.transaction(async (transaction) => {
          const isWithdrawn = await mail.outbox.withdraw(transaction, letter.id);
          if (isWithdrawn) await audit.record(request.actor, entry('letter.withdrawn', letter), transaction);
          return isWithdrawn;
        });
        if (!isDone) throw new AppError('changed_meanwhile');
        return reply.redirect(withDone(letterPath(letter), 'letter_withdrawn'), 303);
      },
    );

    app.post('/console/letters/test', { config: { access: 'letters.write' } }, async (request, reply) => {
      const outcome = await mail.sendNow(testLetter(request), (transaction, id) =>
        audit.record(
          request.actor,
          {
            action: 'letter.tested',
            organisationId: request.signedIn.organisationId,
            object: { kind: 'letter', id },
          },
          transaction,
        ),
      );
      const path = letterPath(outcome);
      return reply.redirect(outcome.kind === 'sent' ? withDone(path, 'letter_sent') : path, 303);
    });

    /** A letter to be sent or taken back: not one of somebody with more rights. */
    async function findToChange(request: FastifyRequest<ById>): Promise<ListedLetter> {
      const letter = await find(request, 'letters.write');
      if (isAbove(request.signedIn, letter)) throw new AppError('not_found');
      return letter;
    }

    async function recordView(
      request: FastifyRequest,
      letter: ListedLetter,
      isContent: boolean,
    ): Promise<void> {
      await audit.record(request.actor, {
        ...entry('letter.viewed', letter),
        details: { content: isContent },
      });
    }
  },
  { name: 'letter-pages', dependencies: ['console-frame', 'mail'] },
);

const entry = <Action extends 'letter.viewed' | 'letter.retried' | 'letter.withdrawn'>(
  action: Action,
  { id, organisation_id: organisationId }: ListedLetter,
) => ({ action, organisationId, object: { kind: 'letter', id } });

function reached(request: FastifyRequest): string | null {
  const scope = request.scope('letters.read');
  return scope.kind === 'organisation' ? scope.organisationId : null;
}

/** How the post is doing, as a sign, a colour and a sentence; with numbers for those who see all of it. */
function postWords(
  { isRelayConfigured, relayFault, waiting, givenUp }: MailState,
  { t }: FastifyRequest,
  isAll: boolean,
) {
  const counts = isAll ? t('letters.post.counts', { waiting, givenUp }) : null;
  if (!isRelayConfigured)
    return {
      tone: 'warning',
      sign: 'warning',
      text: t('letters.post.noRelay'),
      since: null,
      advice: null,
      counts,
    };
  if (relayFault === null)
    return { tone: 'good', sign: 'ready', text: t('letters.post.works'), since: null, advice: null, counts };
  const { fault, since } = relayFault;
  return {
    tone: 'bad',
    sign: 'fault',
    text: t(`letters.faults.${fault.code}`),
    advice: t(`letters.advice.${fault.code}`),
    since,
    counts,
  };
}
