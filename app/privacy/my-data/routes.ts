import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { readForm } from '../../edge/form-fields.ts';
import type { Person } from '../../identity/person.ts';
import type { Subject } from '../../inventory/category-store.ts';
import type { Register } from '../../inventory/register.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { categoryView } from '../category-view.ts';
import { MESSAGE_LIMIT, requestKinds } from '../requests/request-rows.ts';
import type { Requests } from '../requests/requests.ts';
import { kindField, letterheadOf, messageField } from '../requests/routes.ts';
import { readMessage } from '../requests/typed-message.ts';
import type { PrivacyTerms } from '../terms.ts';
import { dataArchive } from './archive.ts';
import { collectAll } from './collected.ts';
import { recordWords } from './record-words.ts';

export interface MyDataOptions {
  readonly database: Database;
  readonly register: Register;
  readonly terms: PrivacyTerms;
  readonly requests: Requests;
  readonly clock: Clock;
}

const PATH = '/my-data';

/** Records of one category on the page: the newest. All of them are in the download. */
const MOST_SHOWN = 20;

const subjectOf = ({ id, email }: Person): Subject => ({ kind: 'person', id, email });

/** `/my-data`: everything that is stored about whoever is signed in, and what they can do about it. */
export const myDataPages = fp<MyDataOptions>(
  async (app, { database, register, terms, requests, clock }) => {
    const own = { config: { access: 'signed in' } } as const;
    const taking = { config: { access: 'signed in', needsConfirmation: true } } as const;

    app.get(PATH, own, async (request, reply) => {
      const { t, language, signedIn: person } = request;
      const collected = await collectAll(database, register.categories, subjectOf(person));
      await app.audit.record(request.actor, {
        action: 'my_data.viewed',
        organisationId: person.organisationId,
        object: { kind: 'person', id: person.id },
        details: { categories: collected.map(({ category }) => category.name) },
      });
      const stored = new Set(collected.map(({ category }) => category.name));
      const open = await requests.openOf(person);
      const { made } = Object(request.query) as { readonly made?: unknown };
      return reply.page('privacy/my-data/views/my-data.hbs', {
        title: t('myData.title'),
        done: made === 'yes' ? t('myData.made') : '',
        requests: open.map((row) => ({
          number: row.number,
          kind: t(`requests.kinds.${row.kind}`),
          dueAt: row.due_at,
        })),
        categories: collected.map(({ category, records }) => ({
          ...categoryView({ t, language, terms }, category),
          isTechnical: category.isTechnical === true,
          count: records.length,
          more: Math.max(0, records.length - MOST_SHOWN),
          records: records
            .slice(-MOST_SHOWN)
            .reverse()
            .map((record) => ({ facts: recordWords({ t, language }, category.name, record) })),
        })),
        others: register.categories
          .filter(({ name }) => !stored.has(name))
          .map(({ name }) => t(`data.${name}.title`)),
      });
    });

    app.get(`${PATH}/download`, taking, async (request, reply) => {
      const { t, language, signedIn: person, site } = request;
      const collected = await collectAll(database, register.categories, subjectOf(person));
      await app.audit.record(request.actor, {
        action: 'my_data.exported',
        organisationId: person.organisationId,
        object: { kind: 'person', id: person.id },
        details: { categories: collected.map(({ category }) => category.name) },
      });
      const archive = dataArchive({ t, language, terms, at: clock(), siteName: site.name }, collected);
      return reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', `attachment; filename="${t('myData.archive.fileName')}.zip"`)
        .type('application/zip')
        .send(archive);
    });

    const sendForm = (
      request: FastifyRequest,
      reply: FastifyReply,
      typed: Readonly<Record<string, string>>,
      faults: { readonly kind?: string; readonly message?: string; readonly whole?: string } = {},
    ) => {
      const { t } = request;
      if (Object.keys(faults).length > 0) reply.code(400);
      return reply.page('privacy/my-data/views/request.hbs', {
        title: t('requests.formTitle'),
        email: request.signedIn.email,
        kind: kindField(t, typed.kind ?? '', faults.kind),
        message: messageField(t, typed.message ?? '', faults.message),
        fault: faults.whole ?? '',
      });
    };

    app.get(`${PATH}/request`, own, async (request, reply) => {
      const { kind } = Object(request.query) as { readonly kind?: unknown };
      return sendForm(request, reply, typeof kind === 'string' ? { kind } : {});
    });

    app.post(`${PATH}/request`, own, async (request, reply) => {
      const { t, signedIn: person } = request;
      const typed = readForm(request.body);
      const kind = requestKinds.find((each) => each === typed.kind);
      const message = readMessage(typed.message ?? '');
      if (kind === undefined || message === null) {
        return sendForm(request, reply, typed, {
          ...(kind === undefined && { kind: t('requests.wrong.kind') }),
          ...(message === null && { message: t('requests.wrong.message', { limit: MESSAGE_LIMIT }) }),
        });
      }
      try {
        await requests.make(
          request.actor,
          {
            kind,
            channel: 'form',
            personId: person.id,
            email: person.email,
            name: person.name,
            message,
            language: person.language,
            receivedAt: clock(),
            isProved: true,
          },
          { letterhead: letterheadOf(request) },
        );
      } catch (thrown) {
        if (!(thrown instanceof AppError && thrown.code === 'too_many_requests_open')) throw thrown;
        return sendForm(request, reply, typed, {
          whole: `${t('errors.too_many_requests_open.sentence')} ${t('errors.too_many_requests_open.remedy')}`,
        });
      }
      return reply.redirect(`${PATH}?made=yes`, 303);
    });
  },
  { name: 'my-data', dependencies: ['views', 'access', 'own-urls'] },
);
