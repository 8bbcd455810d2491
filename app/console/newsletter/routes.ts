import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { ID_PATTERN, newId } from '../../kernel/ids.ts';
import { languages } from '../../kernel/languages.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { type Newsletters, paragraphs, textIn } from '../../privacy/newsletter/newsletters.ts';
import type { Subscriptions } from '../../privacy/newsletter/subscriptions.ts';
import { sendCsv } from '../csv.ts';
import { withDone } from '../flash.ts';
import { sendFormPage } from '../form-page.ts';
import { tableView } from '../table.ts';
import { type NewsletterFaults, newsletterFields, readNewsletter } from './newsletter-form.ts';
import { subscribersTable } from './subscribers-table.ts';

export interface NewsletterConsoleOptions {
  readonly subscriptions: Subscriptions;
  readonly newsletters: Newsletters;
  readonly isOn: boolean;
}

type ById = { Params: { id: string } };

const PAGE = '/console/newsletter';
const SUBSCRIBERS = `${PAGE}/subscribers`;
/** Newsletters that the page names. */
const LATEST = 20;

/** The newsletter: who gets it, what went out, and the form to write one. */
export const newsletterConsole = fp<NewsletterConsoleOptions>(
  async (app, { subscriptions, newsletters, isOn }) => {
    const table = subscribersTable(subscriptions);
    const reading = { config: { access: 'newsletter.read' } } as const;
    const writing = { config: { access: 'newsletter.write' } } as const;
    const sending = { config: { access: 'newsletter.write', needsConfirmation: true } } as const;

    app.get(PAGE, reading, async (request, reply) => {
      const counts = await subscriptions.count();
      const sent = await newsletters.latest(LATEST);
      return reply.consolePage('console/newsletter/views/newsletter.hbs', {
        title: request.t('newsletters.title'),
        section: 'newsletter',
        isOn,
        counts: languages.map((each) => ({
          language: request.t(`layout.languageNames.${each}`),
          count: counts[each],
        })),
        sent: sent.map((row) => ({
          at: row.made_at,
          subject: textIn(row, request.language).subject,
          letters: row.letters,
          isDone: row.done_at !== null,
        })),
        mayWrite: reachOf(request.signedIn.role, 'newsletter.write') !== null,
      });
    });

    app.get(SUBSCRIBERS, reading, async (request, reply) => {
      const view = await tableView(request, table);
      await app.audit.record(request.actor, { action: 'subscribers.listed' });
      return reply.consolePage('console/newsletter/views/subscribers.hbs', {
        title: request.t('newsletters.subscribers'),
        section: 'newsletter',
        table: view,
      });
    });

    app.get(
      `${SUBSCRIBERS}.csv`,
      { config: { access: 'newsletter.read', needsConfirmation: true } },
      async (request, reply) => sendCsv(request, reply, table, { action: 'subscribers.exported' }),
    );

    app.get<ById>(`${SUBSCRIBERS}/:id/end`, writing, async (request, reply) => {
      const row = await subscriptions.read(request.params.id);
      await app.audit.record(request.actor, {
        action: 'subscription.viewed',
        object: { kind: 'subscription', id: row.id },
      });
      const { t } = request;
      return sendFormPage(reply, {
        title: t('newsletters.end.title'),
        section: 'newsletter',
        back: { href: SUBSCRIBERS, text: t('newsletters.subscribers') },
        words: [t('newsletters.end.text', { email: row.email })],
        fields: [],
        submit: t('newsletters.end.submit'),
        isDangerous: true,
      });
    });
    app.post<ById>(`${SUBSCRIBERS}/:id/end`, writing, async (request, reply) => {
      await subscriptions.end(request.params.id, request.actor);
      return reply.redirect(withDone(SUBSCRIBERS, 'subscription_ended'), 303);
    });

    const form = async (
      request: FastifyRequest,
      reply: FastifyReply,
      typed: Readonly<Record<string, string>>,
      { faults = {}, isPreviewed = false }: { faults?: NewsletterFaults; isPreviewed?: boolean } = {},
    ) => {
      const { t } = request;
      const counts = await subscriptions.count();
      const read = isPreviewed ? readNewsletter(typed) : null;
      const isWrong = Object.keys(faults).length > 0;
      if (isWrong) reply.code(400);
      return reply.consolePage('console/newsletter/views/write.hbs', {
        title: t('newsletters.write'),
        section: 'newsletter',
        id: typed.id ?? newId(),
        groups: newsletterFields(t, typed, faults),
        fault: isWrong ? t('console.form.wrong') : null,
        readers: counts.en + counts.fr,
        previews:
          read !== null && 'texts' in read
            ? languages
                .filter((each) => read.texts[each].text !== '')
                .map((each) => ({
                  language: t(`layout.languageNames.${each}`),
                  code: each,
                  subject: read.texts[each].subject,
                  paragraphs: paragraphs(read.texts[each].text).map((block) =>
                    'text' in block ? block.text.split('\n') : [],
                  ),
                }))
            : [],
      });
    };

    app.get(`${PAGE}/write`, sending, async (request, reply) => form(request, reply, {}));

    app.post(`${PAGE}/write`, sending, async (request, reply) => {
      const typed = readForm(request.body);
      const { id = '', act } = typed;
      if (!new RegExp(ID_PATTERN).test(id)) throw new AppError('invalid_input');
      const read = readNewsletter(typed);
      if ('faults' in read) return form(request, reply, typed, { faults: read.faults });
      // What is sent was looked at before.
      if (act !== 'send') return form(request, reply, typed, { isPreviewed: true });
      await newsletters.send(id, read.texts, { host: request.site.host, actor: request.actor });
      return reply.redirect(withDone(PAGE, 'newsletter_sent'), 303);
    });
  },
  { name: 'newsletter-console', dependencies: ['console-frame'] },
);
