import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { areaField, type Field, readForm, textField } from '../../edge/form-fields.ts';
import { ADDRESS_LIMIT, readAddress } from '../../identity/person-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { asksForData, MESSAGE_LIMIT, type RequestRow } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import { readMessage } from '../../privacy/requests/typed-message.ts';
import { type DoneCode, withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { type ById, deciding, type Faults, PATH, shownFaults, type Typed } from './request-path.ts';

/** The letter that goes out with a decision. */
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

/** What is decided about a request: identity checked, longer term, refusal, answer. Each has a page with a form. */
export function decisionPages(app: FastifyInstance, requests: Requests): void {
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
    fields: (request, row, typed, faults) => [textArea(request, typed, faults, !asksForData(row))],
    act: async (request, row, typed) => {
      const { wrong, text } = readText(request, typed, !asksForData(row));
      if (wrong) return wrong;
      await requests.answer(request.actor, row.id, text);
    },
    done: 'request_answered',
  });
}
