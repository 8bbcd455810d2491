import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { areaField, choiceField, readForm, textField } from '../../edge/form-fields.ts';
import { ADDRESS_LIMIT, NAME_LIMIT, readAddress } from '../../identity/person-fields.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { languages } from '../../kernel/languages.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { MESSAGE_LIMIT, type RequestRow, requestKinds } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import { readMessage } from '../../privacy/requests/typed-message.ts';
import { dayOf, startOfDay } from '../day.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { type Faults, PATH, shownFaults, type Typed } from './request-path.ts';

/** How long ago a letter may have come that is put in now, in milliseconds. */
const LONGEST_AGO_MS = 366 * DAY_MS;
const channels = ['letter', 'email'] as const;

/** The form for a request that came by post or e-mail. */
export function newRequestPage(
  app: FastifyInstance,
  { requests, clock }: { readonly requests: Requests; readonly clock: Clock },
): void {
  const writing = { config: { access: 'requests.write' } } as const;

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
          options: channels.map((channel) => ({
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
    const channel = channels.find((each) => each === typed.channel);
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
}
