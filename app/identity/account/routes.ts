import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { choiceField, textField } from '../../edge/form-fields.ts';
import { keepLanguage } from '../../edge/language.ts';
import { AppError } from '../../kernel/errors.ts';
import { languages } from '../../kernel/languages.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { NAME_LIMIT } from '../person-fields.ts';
import { forgetSession } from '../session-cookie.ts';
import { formOf, shownAgain } from '../sign-in/typed.ts';
import type { Accounts } from './account.ts';

/** `/account`: what somebody can see and change of their own account, and where they are signed in. */
export const accountRoutes = fp<{ readonly accounts: Accounts }>(
  async (app, { accounts }) => {
    const own = { config: { access: 'signed in' } } as const;

    const page = async (
      request: FastifyRequest,
      reply: FastifyReply,
      typed: { readonly name?: string; readonly nameFault?: string } = {},
    ) => {
      const { t, signedIn: person, session: current } = request;
      const { done } = Object(request.query) as { readonly done?: unknown };
      const sessions = await accounts.sessionsOf(person);
      return reply.page('identity/account/views/account.hbs', {
        title: t('account.title'),
        done: done === 'changed' || done === 'ended' ? t(`account.done.${done}`) : '',
        email: person.email,
        roleName: t(`roles.${person.role}`),
        name: textField({
          name: 'name',
          label: t('account.name'),
          hint: t('account.nameHint'),
          autocomplete: 'name',
          maxLength: NAME_LIMIT,
          isRequired: true,
          value: typed.name ?? person.name,
          error: typed.nameFault,
        }),
        languageField: choiceField({
          name: 'language',
          label: t('account.language'),
          hint: t('account.languageHint'),
          value: person.language,
          options: languages.map((code) => ({ value: code, label: t(`layout.languageNames.${code}`) })),
        }),
        sessions: sessions.map(({ id, device, createdAt, seenAt }) => ({
          id,
          device: device === '' ? t('signIn.unknownDevice') : device,
          createdAt,
          seenAt,
          isThis: id === current?.id,
        })),
      });
    };

    app.get('/account', own, async (request, reply) => page(request, reply));

    app.post('/account', own, async (request, reply) => {
      const { name: typed, language: asked } = formOf(request);
      const name = readTypedName(typed, NAME_LIMIT);
      const language = languages.find((each) => each === asked);
      if (language === undefined) throw new AppError('invalid_input');
      if (name === null) {
        reply.code(400);
        const nameFault = request.t('account.wrongName', { limit: NAME_LIMIT });
        return page(request, reply, { name: shownAgain(typed, NAME_LIMIT), nameFault });
      }
      await accounts.change(request.signedIn, request.actor, { name, language });
      keepLanguage(reply, language);
      return reply.redirect('/account?done=changed', 303);
    });

    app.post<{ Params: { id: string } }>('/account/sessions/:id/end', own, async (request, reply) => {
      const { id } = request.params;
      if (!(await accounts.endSession(request.signedIn, request.actor, id))) throw new AppError('not_found');
      if (id !== request.session?.id) return reply.redirect('/account?done=ended', 303);
      forgetSession(reply);
      return reply.redirect('/', 303);
    });

    app.post('/account/sessions/end-all', own, async (request, reply) => {
      await accounts.endAllSessions(request.signedIn, request.actor);
      forgetSession(reply);
      return reply.redirect('/sign-in', 303);
    });
  },
  { name: 'account', dependencies: ['views', 'access'] },
);
