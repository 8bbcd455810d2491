import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { areaField, choiceField, readForm, textField } from '../../edge/form-fields.ts';
import { ADDRESS_LIMIT, readAddress } from '../../identity/person-fields.ts';
import type { SignInLimits } from '../../identity/sign-in/limits.ts';
import { ofNetwork } from '../../identity/sign-in/network-limit.ts';
import { CODE_LENGTH, readCode } from '../../identity/sign-in/proofs.ts';
import { HOUR_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { GuestRequests } from './guest-requests.ts';
import type { Letterhead } from './letters.ts';
import { MESSAGE_LIMIT, requestKinds } from './request-rows.ts';
import { readMessage } from './typed-message.ts';

export interface RequestFormOptions {
  readonly guestRequests: GuestRequests;
  readonly limits: SignInLimits;
  readonly codeMinutes: number;
}

type Typed = Readonly<Record<string, string>>;
type Faults = Readonly<Partial<Record<'kind' | 'email' | 'message', string>>>;

const PATH = '/privacy/request';

/** The rights, each with what it means. */
export function kindField(t: Translate, value: string, error?: string) {
  return choiceField({
    name: 'kind',
    label: t('requests.what'),
    value,
    error,
    isRequired: true,
    options: [
      { value: '', label: t('requests.choose') },
      ...requestKinds.map((kind) => ({ value: kind, label: t(`requests.wishes.${kind}`) })),
    ],
  });
}

export function messageField(t: Translate, value: string, error?: string) {
  return areaField({
    name: 'message',
    label: t('requests.message'),
    hint: t('requests.messageHint'),
    value,
    error,
    rows: 6,
    maxLength: MESSAGE_LIMIT,
  });
}

/** Letters that a request asks for bear the name of its site. */
export function letterheadOf(request: FastifyRequest): Letterhead {
  return { siteName: request.site.name, urlOf: (path) => request.ownUrl(path) };
}

/** `/privacy/request`: how somebody without an account exercises their rights. Whoever has one is led to `/my-data`. */
export const requestForm = fp<RequestFormOptions>(
  async (app, { guestRequests, limits, codeMinutes }) => {
    const anyone = { config: { access: 'anyone' } } as const;
    const asking = { config: { access: 'anyone', rateLimit: ofNetwork(limits.lettersOfNetwork) } } as const;
    const trying = { config: { access: 'anyone', rateLimit: ofNetwork(limits.triesOfNetwork) } } as const;

    const sendForm = (request: FastifyRequest, reply: FastifyReply, typed: Typed, faults: Faults = {}) => {
      const { t } = request;
      if (Object.values(faults).some(Boolean)) reply.code(400);
      return reply.page('privacy/requests/views/form.hbs', {
        title: t('requests.formTitle'),
        kind: kindField(t, typed.kind ?? '', faults.kind),
        email: textField({
          name: 'email',
          label: t('requests.email'),
          hint: t('requests.emailHint'),
          type: 'email',
          autocomplete: 'email',
          maxLength: ADDRESS_LIMIT,
          isRequired: true,
          value: typed.email ?? '',
          error: faults.email,
        }),
        message: messageField(t, typed.message ?? '', faults.message),
      });
    };

    app.get(PATH, anyone, async (request, reply) =>
      request.person === null ? sendForm(request, reply, {}) : reply.redirect('/my-data/request', 303),
    );

    app.post(PATH, asking, async (request, reply) => {
      const { t, language } = request;
      const typed = readForm(request.body);
      const kind = requestKinds.find((each) => each === typed.kind);
      const email = readAddress(typed.email);
      const message = readMessage(typed.message ?? '');
      if (kind === undefined || email === null || message === null) {
        return sendForm(request, reply, typed, {
          ...(kind === undefined && { kind: t('requests.wrong.kind') }),
          ...(email === null && { email: t('requests.wrong.email') }),
          ...(message === null && { message: t('requests.wrong.message', { limit: MESSAGE_LIMIT }) }),
        });
      }
      const token = await guestRequests.ask({ kind, email, message, language }, letterheadOf(request));
      return reply.redirect(`${PATH}/${token}`, 303);
    });

    const codePage = async (request: FastifyRequest, reply: FastifyReply, isOpen: boolean, fault = '') => {
      if (!isOpen) reply.code(410);
      return reply.page('privacy/requests/views/code.hbs', {
        title: isOpen ? request.t('requests.codeTitle') : request.t('requests.overTitle'),
        path: request.url.replace(/\?.*$/, ''),
        isOpen,
        minutes: codeMinutes,
        codeLength: CODE_LENGTH,
        isFirstField: true,
        fault,
      });
    };

    app.get<{ Params: { token: string } }>(`${PATH}/:token`, trying, async (request, reply) =>
      codePage(request, reply, await guestRequests.isOpen(request.params.token)),
    );

    app.post<{ Params: { token: string } }>(`${PATH}/:token`, trying, async (request, reply) => {
      const { t } = request;
      const { token } = request.params;
      const code = readCode(readForm(request.body).code);
      const made =
        code === null ? null : await guestRequests.prove(token, code, request.actor, letterheadOf(request));
      if (made === null) {
        const isOpen = await guestRequests.isOpen(token);
        if (isOpen) reply.code(400);
        const fault = code === null ? t('signIn.noCode', { length: CODE_LENGTH }) : t('requests.wrong.code');
        return codePage(request, reply, isOpen, fault);
      }
      return reply.page('privacy/requests/views/received.hbs', {
        title: t('requests.receivedTitle'),
        number: made.number,
        dueAt: made.due_at,
      });
    });

    const tidy = async () => {
      try {
        await guestRequests.tidy();
      } catch (fault) {
        app.log.error({ err: fault }, 'requests that nobody proved could not be deleted');
      }
    };
    let tidying = Promise.resolve();
    const timer = setInterval(() => {
      tidying = tidying.then(tidy);
    }, HOUR_MS).unref();
    app.addHook('onReady', async () => {
      tidying = tidying.then(tidy);
    });
    app.addHook('preClose', async () => {
      clearInterval(timer);
      await tidying;
    });
  },
  { name: 'request-form', dependencies: ['mail', 'views', 'access', 'rate-limits', 'own-urls'] },
);
