import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { areaField, choiceField, type Field, readForm, textField } from '../../edge/form-fields.ts';
import { ADDRESS_LIMIT, NAME_LIMIT, readAddress } from '../../identity/person-fields.ts';
import type { Register } from '../../inventory/register.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import { languages } from '../../kernel/languages.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { dataArchive } from '../../privacy/my-data/archive.ts';
import { collectAll } from '../../privacy/my-data/collected.ts';
import { MESSAGE_LIMIT, type RequestRow, requestKinds } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import { readMessage } from '../../privacy/requests/typed-message.ts';
import type { PrivacyTerms } from '../../privacy/terms.ts';
import { dayOf, startOfDay } from '../day.ts';
import { type DoneCode, withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { tableView } from '../table.ts';
import { requestView } from './request-view.ts';
import { requestsTable } from './requests-table.ts';

export interface RequestPagesOptions {
  readonly database: Database;
  readonly requests: Requests;
  readonly register: Register;
  readonly terms: PrivacyTerms;
  readonly clock: Clock;
  /** Seals proofs. */
  readonly key: string;
}

type Typed = Readonly<Record<string, string>>;
type Faults = Readonly<Record<string, string>>;
type ById = { Params: { id: string } };

const PATH = '/console/requests';

/** How long ago a letter may have come that is put in now, in milliseconds. */
const LONGEST_AGO_MS = 366 * DAY_MS;

/** Faults that are told on the page where they happened. */
const shownFaults: readonly ErrorCode[] = [
  'identity_not_checked',
  'second_person_needed',
  'too_late_to_extend',
  'too_many_requests_open',
  'own_account',
  'on_legal_hold',
  'last_owner',
];

/** Requests by which people exercise their rights: the list, each of them, and what is done about it. */
export const requestPages = fp<RequestPagesOptions>(
  async (app, options) => {
    const { database, requests, register, terms, clock } = options;
    const table = requestsTable({ database, clock });
    const reading = { config: { access: 'requests.read' } } as const;
    const writing = { config: { access: 'requests.write' } } as const;
    const deciding = { config: { access: 'requests.write', needsConfirmation: true } } as const;

    app.get(PATH, reading, async (request, reply) => {
      await app.audit.record(request.actor, { action: 'requests.listed' });
      return reply.consolePage('console/requests/views/requests.hbs', {
        title: request.t('requests.title'),
        section: 'requests',
        mayWrite: reachOf(request.signedIn.role, 'requests.write') !== null,
        table: await tableView(request, table),
      });
    });

    const sendNew = (request: FastifyRequest, reply: FastifyReply, typed: Typed, faults: Faults = {}) => {
      const { t } = request;
      const { fault = null, ...wrong } = faults;
      return sendFormPage(reply, {
        title: t('requests.new'),
        section: 'requests',
        back: { href: PATH, text: t('requests.title') },
        words: [t('requests.newText')],
        fault,
        fields: [
          choiceField({
            name: 'kind',
            label: t('requests.kind'),
            value: typed.kind ?? 'access',
            options: requestKinds.map((kind) => ({ value: kind, label: t(`requests.kinds.${kind}`) })),
          }),
          choiceField({
            name: 'channel',
            label: t('requests.channel'),
            value: typed.channel ?? 'letter',
            options: (['letter', 'email'] as const).map((channel) => ({
              value: channel,
              label: t(`requests.channels.${channel}`),
            })),
          }),
          textField({
            name: 'received',
            label: t('requests.received'),
            hint: t('requests.receivedHint'),
            type: 'date',
            max: dayOf(clock()),
            value: typed.received ?? dayOf(clock()),
            error: wrong.received,
            isRequired: true,
          }),
          textField({
            name: 'name',
            label: t('requests.from'),
            maxLength: NAME_LIMIT,
            value: typed.name ?? '',
            error: wrong.name,
            isRequired: true,
          }),
          textField({
            name: 'email',
            label: t('requests.email'),
            hint: t('requests.emailOptional'),
            type: 'email',
            maxLength: ADDRESS_LIMIT,
            value: typed.email ?? '',
            error: wrong.email,
          }),
          choiceField({
            name: 'language',
            label: t('requests.language'),
            value: typed.language ?? request.language,
            options: languages.map((code) => ({ value: code, label: t(`layout.languageNames.${code}`) })),
          }),
          areaField({
            name: 'message',
            label: t('requests.message'),
            hint: t('requests.noProofHint'),
            maxLength: MESSAGE_LIMIT,
            value: typed.message ?? '',
            error: wrong.message,
          }),
        ],
        submit: t('requests.make'),
      });
    };

    app.get(`${PATH}/new`, writing, async (request, reply) => sendNew(request, reply, {}));

    app.post(`${PATH}/new`, writing, async (request, reply) => {
      const { t } = request;
      const typed = readForm(request.body);
      const kind = requestKinds.find((each) => each === typed.kind);
      const language = languages.find((each) => each === typed.language);
      const channel = (['letter', 'email'] as const).find((each) => each === typed.channel);
      if (kind === undefined || language === undefined || channel === undefined) {
        throw new AppError('invalid_input');
      }
      const name = readTypedName(typed.name, NAME_LIMIT);
      const hasEmail = (typed.email ?? '').trim() !== '';
      const email = hasEmail ? readAddress(typed.email) : null;
      const message = readMessage(typed.message ?? '');
      const receivedAt = startOfDay(typed.received ?? '');
      const now = clock();
      const isWrongDay = receivedAt === null || receivedAt > now || receivedAt < now - LONGEST_AGO_MS;
      const isWrongEmail = hasEmail && email === null;
      if (name === null || isWrongEmail || message === null || isWrongDay) {
        return sendNew(request, reply, typed, {
          ...(name === null && { name: t('requests.wrong.name', { limit: NAME_LIMIT }) }),
          ...(isWrongEmail && { email: t('requests.wrong.email') }),
          ...(message === null && { message: t('requests.wrong.message', { limit: MESSAGE_LIMIT }) }),
          ...(isWrongDay && { received: t('requests.wrong.received') }),
        });
      }
      let made: RequestRow | undefined;
      const fault = await faultOf(async () => {
        made = await requests.make(request.actor, {
          kind,
          channel,
          personId: null,
          email,
          name,
          message,
          language,
          receivedAt,
          isProved: false,
        });
      }, shownFaults);
      if (fault !== null || made === undefined) {
        return sendNew(request, reply, typed, fault ? { fault: sentenceOf(request, fault) } : {});
      }
      return reply.redirect(withDone(`${PATH}/${made.id}`, 'request_made'), 303);
    });

    app.get<ById>(`${PATH}/:id`, reading, async (request, reply) => {
      const row = await requests.find(request.params.id);
      await app.audit.record(request.actor, {
        action: 'request.viewed',
        object: { kind: 'request', id: row.id },
        details: { number: row.number, open: row.state === 'open' },
      });
      return reply.consolePage('console/requests/views/request.hbs', {
        section: 'requests',
        ...(await requestView(request, options, row)),
      });
    });

    /** A page with one form about a request, and what is done by it. */
    const act = (
      name: string,
      page: {
        readonly words: (
          request: FastifyRequest,
          row: RequestRow,
        ) => { readonly title: string; readonly text: string; readonly submit: string };
        readonly isDangerous?: boolean;
        readonly fields: (request: FastifyRequest, row: RequestRow, typed: Typed, faults: Faults) => Field[];
        /** What is wrong, by field; or does it. */
        readonly act: (request: FastifyRequest, row: RequestRow, typed: Typed) => Promise<Faults | undefined>;
        readonly done: DoneCode;
      },
    ) => {
      const send = (
        request: FastifyRequest,
        reply: FastifyReply,
        row: RequestRow,
        typed: Typed,
        { fault = null, ...faults }: Faults & { fault?: string | null } = {},
      ) => {
        const { t } = request;
        const { title, text, submit } = page.words(request, row);
        return sendFormPage(reply, {
          title,
          section: 'requests',
          back: { href: `${PATH}/${row.id}`, text: t('requests.oneTitle', { number: row.number }) },
          words: [text],
          fields: page.fields(request, row, typed, faults),
          submit,
          isDangerous: page.isDangerous ?? false,
          fault,
        });
      };
      app.get<ById>(`${PATH}/:id/${name}`, deciding, async (request, reply) => {
        const row = await requests.find(request.params.id);
        if (row.state !== 'open') throw new AppError('changed_meanwhile');
        return send(request, reply, row, {});
      });
      app.post<ById>(`${PATH}/:id/${name}`, deciding, async (request, reply) => {
        const row = await requests.find(request.params.id);
        const typed = readForm(request.body);
        let wrong: Faults | undefined;
        const fault = await faultOf(async () => {
          wrong = await page.act(request, row, typed);
        }, shownFaults);
        if (fault !== null) return send(request, reply, row, typed, { fault: sentenceOf(request, fault) });
        if (wrong !== undefined) return send(request, reply, row, typed, wrong);
        return reply.redirect(withDone(`${PATH}/${row.id}`, page.done), 303);
      });
    };

    const textArea = (request: FastifyRequest, typed: Typed, faults: Faults, isRequired: boolean) =>
      areaField({
        name: 'text',
        label: request.t('requests.letterText'),
        hint: request.t('requests.letterHint'),
        maxLength: MESSAGE_LIMIT,
        value: typed.text ?? '',
        error: faults.text,
        isRequired,
      });
    const readText = (request: FastifyRequest, typed: Typed, isRequired: boolean) => {
      const text = readMessage(typed.text ?? '');
      return text === null || (isRequired && text === '')
        ? { wrong: { text: request.t('requests.wrong.text', { limit: MESSAGE_LIMIT }) } }
        : { text };
    };

    act('identity', {
      words: ({ t }, { number }) => ({
        title: t('requests.checkTitle', { number }),
        text: t('requests.checkText'),
        submit: t('requests.checkDone'),
      }),
      fields: ({ t }, row, typed, faults) =>
        row.email === null
          ? [
              textField({
                name: 'email',
                label: t('requests.email'),
                hint: t('requests.checkEmailHint'),
                type: 'email',
                maxLength: ADDRESS_LIMIT,
                value: typed.email ?? '',
                error: faults.email,
              }),
            ]
          : [],
      act: async ({ t, actor }, row, typed) => {
        const hasEmail = (typed.email ?? '').trim() !== '';
        const email = hasEmail ? readAddress(typed.email) : null;
        if (hasEmail && email === null) return { email: t('requests.wrong.email') };
        await requests.checkIdentity(actor, row.id, email);
      },
      done: 'request_checked',
    });

    act('extend', {
      words: ({ t }, { number }) => ({
        title: t('requests.extendTitle', { number }),
        text: t('requests.extendText'),
        submit: t('requests.extendDone'),
      }),
      fields: (request, _row, typed, faults) => [textArea(request, typed, faults, true)],
      act: async (request, row, typed) => {
        const { wrong, text } = readText(request, typed, true);
        if (wrong) return wrong;
        await requests.extend(request.actor, row.id, text);
      },
      done: 'request_extended',
    });

    act('refuse', {
      words: ({ t }, { number }) => ({
        title: t('requests.refuseTitle', { number }),
        text: t('requests.refuseText'),
        submit: t('requests.refuseDone'),
      }),
      isDangerous: true,
      fields: (request, _row, typed, faults) => [textArea(request, typed, faults, true)],
      act: async (request, row, typed) => {
        const { wrong, text } = readText(request, typed, true);
        if (wrong) return wrong;
        await requests.refuse(request.actor, row.id, text);
      },
      done: 'request_refused',
    });

    act('answer', {
      words: ({ t }, { number }) => ({
        title: t('requests.answerTitle', { number }),
        text: t('requests.answerText'),
        submit: t('requests.answerDone'),
      }),
      fields: (request, row, typed, faults) => [textArea(request, typed, faults, !isData(row))],
      act: async (request, row, typed) => {
        const { wrong, text } = readText(request, typed, !isData(row));
        if (wrong) return wrong;
        await requests.answer(request.actor, row.id, text);
      },
      done: 'request_answered',
    });

    app.get<ById>(`${PATH}/:id/data`, deciding, async (request, reply) => {
      const row = await requests.find(request.params.id);
      const subject = row.state === 'open' && isData(row) ? await requests.subjectOf(row) : null;
      if (subject === null) throw new AppError('not_found');
      if (row.identity_checked_at === null) throw new AppError('identity_not_checked');
      const collected = await collectAll(database, register.categories, subject);
      await app.audit.record(request.actor, {
        action: 'request.exported',
        object: { kind: 'request', id: row.id },
        details: { number: row.number, categories: collected.map(({ category }) => category.name) },
      });
      // Whoever asked reads it, in the language of their request.
      const t = app.translates[row.language];
      const archive = dataArchive(
        { t, language: row.language, terms, at: clock(), siteName: request.site.name },
        collected,
      );
      return reply
        .header('Cache-Control', 'no-store')
        .header(
          'Content-Disposition',
          `attachment; filename="${t('myData.archive.fileName')}-${row.number}.zip"`,
        )
        .type('application/zip')
        .send(archive);
    });

    const erasurePage = async (
      request: FastifyRequest,
      reply: FastifyReply,
      row: RequestRow,
      fault: AppError | null = null,
    ) => {
      const { t, actor } = request;
      const counts = await requests.previewErasure(row);
      const isAsking = requests.needsTwoPeople && row.erasure_asked_by === null;
      if (fault) reply.code(fault.status);
      return reply.consolePage('console/requests/views/erasure.hbs', {
        title: t('requests.erasure.title', { number: row.number }),
        section: 'requests',
        path: `${PATH}/${row.id}`,
        back: t('requests.oneTitle', { number: row.number }),
        counts: counts.map(({ category, records, kept }) => ({
          title: t(`data.${category}.title`),
          records,
          kept,
        })),
        isAsking,
        isWaiting: requests.needsTwoPeople && row.erasure_asked_by === actor.id,
        submit: isAsking ? t('requests.erasure.ask') : t('requests.erasure.submit'),
        fault: fault && sentenceOf(request, fault),
      });
    };

    app.get<ById>(`${PATH}/:id/erasure`, deciding, async (request, reply) =>
      erasurePage(request, reply, await requests.find(request.params.id)),
    );

    app.post<ById>(`${PATH}/:id/erasure`, deciding, async (request, reply) => {
      const { actor } = request;
      const row = await requests.find(request.params.id);
      const isAsking = requests.needsTwoPeople && row.erasure_asked_by === null;
      const fault = await faultOf(
        () => (isAsking ? requests.askForErasure(actor, row.id) : requests.erase(actor, row.id)),
        shownFaults,
      );
      if (fault !== null) return erasurePage(request, reply, row, fault);
      return reply.redirect(
        withDone(`${PATH}/${row.id}`, isAsking ? 'request_erasure_asked' : 'request_erased'),
        303,
      );
    });
  },
  { name: 'request-pages', dependencies: ['console-frame'] },
);

const isData = ({ kind }: RequestRow) => kind === 'access' || kind === 'portability';
