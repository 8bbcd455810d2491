import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { textField } from '../../edge/form-fields.ts';
import { hasChosenLanguage, keepLanguage } from '../../edge/language.ts';
import { MINUTE_MS, SECOND_MS } from '../../kernel/clock.ts';
import { newToken } from '../../kernel/single-use-token.ts';
import type { Accounts } from '../account/account.ts';
import { ADDRESS_LIMIT, readAddress } from '../person-fields.ts';
import { returnPath, signInPath } from '../return-path.ts';
import { forgetSession, keepSession } from '../session-cookie.ts';
import { forgetAskingBrowser, keepAskingBrowser, readAskingBrowser } from './asking-browser.ts';
import type { SignInLimits } from './limits.ts';
import { ofNetwork } from './network-limit.ts';
import { CODE_LENGTH, readCode } from './proofs.ts';
import type { Entrance, SignIns } from './sign-ins.ts';
import { formOf, shownAgain } from './typed.ts';
import { visitOf } from './visit.ts';

export interface SignInRoutesOptions {
  readonly signIns: SignIns;
  readonly accounts: Accounts;
  readonly limits: SignInLimits;
  readonly linkMinutes: number;
  readonly sessionSeconds: number;
}

interface Query {
  readonly to?: unknown;
}

interface CodePage {
  /** Where signing in leads. */
  readonly to: string;
  /** What was typed. */
  readonly email?: string;
  readonly addressFault?: string;
  readonly fault?: string;
}

const codePath = (to: string) => `/sign-in/code?to=${encodeURIComponent(to)}`;

/** The pages of signing in and out. They work without script. */
export const signInRoutes = fp<SignInRoutesOptions>(
  async (app, options) => {
    const { signIns, accounts, limits, linkMinutes, sessionSeconds } = options;
    const anyone = { config: { access: 'anyone' } } as const;
    const asking = { config: { access: 'anyone', rateLimit: ofNetwork(limits.lettersOfNetwork) } } as const;
    const trying = { config: { access: 'anyone', rateLimit: ofNetwork(limits.triesOfNetwork) } } as const;

    const letIn = (request: FastifyRequest, reply: FastifyReply, { token, person, returnPath }: Entrance) => {
      keepSession(reply, token, sessionSeconds);
      forgetAskingBrowser(reply);
      if (!hasChosenLanguage(request)) keepLanguage(reply, person.language);
      return reply.redirect(returnPath, 303);
    };

    const askPage = (
      request: FastifyRequest,
      reply: FastifyReply,
      { to, email = '', error }: { to: string; email?: string; error?: string },
    ) =>
      reply.page('identity/sign-in/views/sign-in.hbs', {
        title: request.t('signIn.title'),
        to,
        codePath: codePath(to),
        email: textField({
          name: 'email',
          label: request.t('signIn.email'),
          type: 'email',
          autocomplete: 'email',
          maxLength: ADDRESS_LIMIT,
          isRequired: true,
          value: email,
          error,
        }),
      });

    app.get<{ Querystring: Query }>('/sign-in', anyone, async (request, reply) => {
      const to = returnPath(request.query.to);
      if (request.person !== null) return reply.redirect(to, 303);
      return askPage(request, reply, { to });
    });

    app.post('/sign-in', asking, async (request, reply) => {
      const { email: typed, to: asked } = formOf(request);
      const to = returnPath(asked);
      const email = readAddress(typed);
      if (email === null) {
        reply.code(400);
        return askPage(request, reply, {
          to,
          email: shownAgain(typed, ADDRESS_LIMIT),
          error: request.t('signIn.noAddress'),
        });
      }
      // A browser that asks again keeps its token: the links and codes of both letters are its own.
      const browserToken = readAskingBrowser(request)?.token ?? newToken().token;
      await signIns.ask(visitOf(request), { email, returnPath: to, browserToken });
      keepAskingBrowser(reply, { token: browserToken, email }, (linkMinutes * MINUTE_MS) / SECOND_MS);
      return reply.redirect(codePath(to), 303);
    });

    const codePage = (
      request: FastifyRequest,
      reply: FastifyReply,
      { to, email = '', addressFault, fault = '' }: CodePage,
    ) => {
      const { t } = request;
      const asked = readAskingBrowser(request);
      return reply.page('identity/sign-in/views/code.hbs', {
        title: asked ? t('signIn.sentTitle') : t('signIn.codeTitle'),
        to,
        signInPath: signInPath(to),
        asked: asked && { email: asked.email, minutes: linkMinutes },
        email: textField({
          name: 'email',
          label: t('signIn.email'),
          hint: t('signIn.codeEmailHint'),
          type: 'email',
          autocomplete: 'email',
          maxLength: ADDRESS_LIMIT,
          isRequired: true,
          value: email,
          error: addressFault,
        }),
        codeLength: CODE_LENGTH,
        isFirstField: asked !== null,
        isRelayConfigured: app.mail.isRelayConfigured,
        fault,
      });
    };

    app.get<{ Querystring: Query }>('/sign-in/code', anyone, async (request, reply) =>
      codePage(request, reply, { to: returnPath(request.query.to) }),
    );

    app.post('/sign-in/code', trying, async (request, reply) => {
      const { t } = request;
      const body = formOf(request);
      const email = readAskingBrowser(request)?.email ?? readAddress(body.email);
      const again = (faults: Pick<CodePage, 'fault' | 'addressFault'>) => {
        reply.code(400);
        return codePage(request, reply, {
          ...faults,
          to: returnPath(body.to),
          email: shownAgain(body.email, ADDRESS_LIMIT),
        });
      };
      const code = readCode(body.code);
      if (email === null) return again({ addressFault: t('signIn.noAddress') });
      if (code === null) return again({ fault: t('signIn.noCode', { length: CODE_LENGTH }) });
      const entrance = await signIns.byCode({ email, code }, visitOf(request));
      return entrance ? letIn(request, reply, entrance) : again({ fault: t('signIn.wrongCode') });
    });

    const deadLink = (request: FastifyRequest, reply: FastifyReply) => {
      reply.code(410);
      return reply.page('identity/sign-in/views/dead-link.hbs', {
        title: request.t('signIn.deadLink'),
        signInPath: '/sign-in',
      });
    };

    // A program that looks through letters opens their links. So a GET signs in on no other browser than the one that
    // asked, which still holds its cookie; and neither does one that only fetches ahead (Fetch Metadata, Sec-Purpose).
    app.get<{ Params: { token: string } }>('/sign-in/link/:token', trying, async (request, reply) => {
      const { token } = request.params;
      const visit = visitOf(request);
      const link = await signIns.look(token, visit);
      if (link === null) return deadLink(request, reply);
      const isMeant = request.method === 'GET' && request.headers['sec-purpose'] === undefined;
      if (isMeant && link.isOfThisBrowser) {
        const entrance = await signIns.byLink(token, visit);
        return entrance ? letIn(request, reply, entrance) : deadLink(request, reply);
      }
      return reply.page('identity/sign-in/views/link.hbs', {
        title: request.t('signIn.linkTitle', { site: request.site.name }),
        name: link.person.name,
        path: request.url.replace(/\?.*$/, ''),
      });
    });

    app.post<{ Params: { token: string } }>('/sign-in/link/:token', trying, async (request, reply) => {
      const entrance = await signIns.byLink(request.params.token, visitOf(request));
      return entrance ? letIn(request, reply, entrance) : deadLink(request, reply);
    });

    app.post('/sign-out', anyone, async (request, reply) => {
      const { session, actor } = request;
      if (session !== null) await accounts.endSession(session.person, actor, session.id);
      forgetSession(reply);
      forgetAskingBrowser(reply);
      return reply.redirect('/', 303);
    });
  },
  { name: 'sign-in', dependencies: ['mail', 'views', 'access', 'rate-limits', 'own-urls'] },
);
