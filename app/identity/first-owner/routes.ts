import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { choiceField, textField } from '../../edge/form-fields.ts';
import { keepLanguage } from '../../edge/language.ts';
import { AppError } from '../../kernel/errors.ts';
import { languages } from '../../kernel/languages.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { ORGANISATION_NAME_LIMIT } from '../organisations.ts';
import { ADDRESS_LIMIT, NAME_LIMIT, readAddress } from '../person-fields.ts';
import { keepSession } from '../session-cookie.ts';
import type { SignInLimits } from '../sign-in/limits.ts';
import { ofNetwork } from '../sign-in/network-limit.ts';
import { formOf, shownAgain } from '../sign-in/typed.ts';
import { visitOf } from '../sign-in/visit.ts';
import { type FirstOwner, SETUP_PATH } from './first-owner.ts';

export interface FirstOwnerRoutesOptions {
  readonly firstOwner: FirstOwner;
  readonly limits: SignInLimits;
  readonly sessionSeconds: number;
}

/** The form that makes the first owner. Without a link that counts there is nothing here. */
export const firstOwnerRoutes = fp<FirstOwnerRoutesOptions>(
  async (app, { firstOwner, limits, sessionSeconds }) => {
    const trying = { config: { access: 'anyone', rateLimit: ofNetwork(limits.triesOfNetwork) } } as const;

    const page = (
      request: FastifyRequest<{ Params: { token: string } }>,
      reply: FastifyReply,
      faults: Readonly<Partial<Record<'name' | 'email' | 'organisation', string>>> = {},
    ) => {
      const { t } = request;
      const typed = formOf(request);
      const field = (
        name: 'name' | 'email' | 'organisation',
        more: Pick<Parameters<typeof textField>[0], 'type' | 'maxLength' | 'autocomplete' | 'hint'>,
      ) =>
        textField({
          name,
          label: t(`firstOwner.${name}`),
          value: shownAgain(typed[name], ADDRESS_LIMIT),
          error: faults[name],
          isRequired: true,
          ...more,
        });
      return reply.page('identity/first-owner/views/first-owner.hbs', {
        title: t('firstOwner.title'),
        path: `/first-owner/${encodeURIComponent(request.params.token)}`,
        name: field('name', { maxLength: NAME_LIMIT, autocomplete: 'name' }),
        email: field('email', {
          type: 'email',
          maxLength: ADDRESS_LIMIT,
          autocomplete: 'email',
          hint: t('firstOwner.emailHint'),
        }),
        organisation: field('organisation', {
          maxLength: ORGANISATION_NAME_LIMIT,
          autocomplete: 'organization',
          hint: t('firstOwner.organisationHint'),
        }),
        languageField: choiceField({
          name: 'language',
          label: t('firstOwner.language'),
          value: languages.find((each) => each === typed.language) ?? request.language,
          options: languages.map((code) => ({ value: code, label: t(`layout.languageNames.${code}`) })),
        }),
      });
    };

    app.get<{ Params: { token: string } }>('/first-owner/:token', trying, async (request, reply) => {
      if (!(await firstOwner.isOpen(request.params.token))) throw new AppError('not_found');
      return page(request, reply);
    });

    app.post<{ Params: { token: string } }>('/first-owner/:token', trying, async (request, reply) => {
      const { token } = request.params;
      if (!(await firstOwner.isOpen(token))) throw new AppError('not_found');
      const typed = formOf(request);
      const { t } = request;
      const name = readTypedName(typed.name, NAME_LIMIT);
      const email = readAddress(typed.email);
      const organisation = readTypedName(typed.organisation, ORGANISATION_NAME_LIMIT);
      const language = languages.find((each) => each === typed.language);
      if (language === undefined) throw new AppError('invalid_input');
      if (name === null || email === null || organisation === null) {
        reply.code(400);
        return page(request, reply, {
          ...(name === null && { name: t('account.wrongName', { limit: NAME_LIMIT }) }),
          ...(email === null && { email: t('signIn.noAddress') }),
          ...(organisation === null && {
            organisation: t('firstOwner.wrongOrganisation', { limit: ORGANISATION_NAME_LIMIT }),
          }),
        });
      }
      const fields = { name, email, organisation, language };
      const made = await firstOwner.make(token, fields, visitOf(request));
      if (made === 'used') throw new AppError('not_found');
      if (made === 'taken') {
        reply.code(400);
        return page(request, reply, { email: t('firstOwner.taken') });
      }
      keepSession(reply, made.token, sessionSeconds);
      keepLanguage(reply, language);
      return reply.redirect(SETUP_PATH, 303);
    });
  },
  { name: 'first-owner', dependencies: ['views', 'access', 'rate-limits', 'own-urls'] },
);
