import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../../kernel/errors.ts';
import { confirmationPath, returnPath } from '../return-path.ts';
import type { Session } from '../sessions.ts';
import type { SignInLimits } from '../sign-in/limits.ts';
import { ofNetwork } from '../sign-in/network-limit.ts';
import { CODE_LENGTH, readCode } from '../sign-in/proofs.ts';
import { formOf } from '../sign-in/typed.ts';
import { visitOf } from '../sign-in/visit.ts';
import type { Confirmations } from './confirmations.ts';

export interface ConfirmationRoutesOptions {
  readonly confirmations: Confirmations;
  readonly limits: SignInLimits;
  /** How long a code can be used. */
  readonly codeMinutes: number;
  /** How long a confirmation lasts. */
  readonly confirmationMinutes: number;
}

/** `/confirm`: where somebody who is about to do something dangerous proves anew who they are. */
export const confirmationRoutes = fp<ConfirmationRoutesOptions>(
  async (app, { confirmations, limits, codeMinutes, confirmationMinutes }) => {
    const asking = { access: 'signed in', rateLimit: ofNetwork(limits.lettersOfNetwork) } as const;
    const trying = { access: 'signed in', rateLimit: ofNetwork(limits.triesOfNetwork) } as const;

    const page = async (
      request: FastifyRequest,
      reply: FastifyReply,
      { to, fault = '' }: { readonly to: string; readonly fault?: string },
    ) => {
      const session = sessionOf(request);
      return reply.page('identity/confirmation/views/confirm.hbs', {
        title: request.t('confirmation.title'),
        to,
        email: session.person.email,
        isAsked: await confirmations.isAsked(session),
        codeMinutes,
        confirmationMinutes,
        codeLength: CODE_LENGTH,
        isFirstField: true,
        fault,
      });
    };

    app.get<{ Querystring: { readonly to?: unknown } }>(
      '/confirm',
      { config: { access: 'signed in' } },
      async (request, reply) => page(request, reply, { to: returnPath(request.query.to) }),
    );

    app.post('/confirm/letter', { config: asking }, async (request, reply) => {
      const to = returnPath(formOf(request).to);
      await confirmations.ask(sessionOf(request), visitOf(request), to);
      return reply.redirect(confirmationPath(to), 303);
    });

    app.post('/confirm', { config: trying }, async (request, reply) => {
      const { to: asked, code: typed } = formOf(request);
      const to = returnPath(asked);
      const code = readCode(typed);
      const isRight =
        code !== null && (await confirmations.byCode(sessionOf(request), code, visitOf(request)));
      if (isRight) return reply.redirect(to, 303);
      reply.code(400);
      const { t } = request;
      const fault = code === null ? t('signIn.noCode', { length: CODE_LENGTH }) : t('signIn.wrongCode');
      return page(request, reply, { to, fault });
    });
  },
  { name: 'confirmation', dependencies: ['views', 'access', 'rate-limits', 'own-urls'] },
);

function sessionOf({ session }: FastifyRequest): Session {
  if (session === null) throw new AppError('not_signed_in');
  return session;
}
