import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readForm, textField } from '../../edge/form-fields.ts';
import { ADDRESS_LIMIT, readAddress } from '../../identity/person-fields.ts';
import type { Clock } from '../../kernel/clock.ts';
import { FormStamps } from '../contact/form-stamp.ts';
import { ofNetworkAnHour } from '../public-form-limit.ts';
import { isSubscribed, type Subscriptions } from './subscriptions.ts';

export interface NewsletterPagesOptions {
  readonly subscriptions: Subscriptions;
  readonly clock: Clock;
  /** `sessions` */
  readonly secret: string;
  /** Whether anybody can subscribe. Links of letters that went out work anyway. */
  readonly isOpen: boolean;
  /** Addresses that one network may enter within an hour. */
  readonly limit: number;
}

type ByToken = { Params: { token: string } };

const PATH = '/newsletter';
const TRAP = 'website';

/** The newsletter's pages: to ask for it, to confirm that, and to end it. */
export const newsletterPages = fp<NewsletterPagesOptions>(
  async (app, { subscriptions, clock, secret, isOpen, limit }) => {
    const stamps = new FormStamps(secret, 'newsletter');
    const anyone = { config: { access: 'anyone' } } as const;
    const limited = { config: { access: 'anyone', rateLimit: ofNetworkAnHour(limit) } } as const;

    const show = (
      request: FastifyRequest,
      reply: FastifyReply,
      {
        typed = '',
        error,
        again = null,
        stamp = null,
      }: {
        readonly typed?: string;
        readonly error?: string | undefined;
        readonly again?: 'quick' | 'void' | null;
        readonly stamp?: string | null;
      } = {},
    ) => {
      const { t } = request;
      return reply.page('privacy/newsletter/views/newsletter.hbs', {
        title: t('newsletter.title'),
        email: textField({
          name: 'email',
          label: t('contact.email'),
          type: 'email',
          autocomplete: 'email',
          maxLength: ADDRESS_LIMIT,
          isRequired: true,
          value: typed.slice(0, ADDRESS_LIMIT),
          error,
        }),
        trap: TRAP,
        fault: again && t(`contact.again.${again}`),
        stamp: stamp ?? stamps.make(clock()),
      });
    };

    const notice = (request: FastifyRequest, reply: FastifyReply, name: string, isGood: boolean) =>
      reply.page('privacy/newsletter/views/notice.hbs', {
        title: request.t(`newsletter.${name}.title`),
        text: request.t(`newsletter.${name}.text`),
        isGood,
      });

    if (isOpen) {
      app.get(PATH, anyone, async (request, reply) => show(request, reply));

      app.post(PATH, limited, async (request, reply) => {
        const { email: typed = '', stamp, [TRAP]: trap } = readForm(request.body);
        const done = () => reply.redirect(`${PATH}/sent`, 303);
        if (trap) return done();
        const state = stamps.look(stamp, clock());
        if (state === 'used') return done();
        const email = readAddress(typed);
        if (email === null || stamp === undefined || state !== 'new') {
          reply.code(400);
          const error = email === null ? request.t('contact.faults.email') : undefined;
          const kept = state === 'void' ? null : (stamp ?? null);
          const again = state === 'new' || email === null ? null : state;
          return show(request, reply, { typed, error, again, stamp: kept });
        }
        await subscriptions.ask(email, {
          language: request.language,
          siteName: request.site.name,
          ownUrl: (path) => request.ownUrl(path),
        });
        stamps.use(stamp);
        return done();
      });

      app.get(`${PATH}/sent`, anyone, async (request, reply) => notice(request, reply, 'sent', true));
    }

    // Programs that look through letters open their links: no GET confirms or ends anything.
    app.get<ByToken>(`${PATH}/confirm/:token`, anyone, async (request, reply) => {
      const row = await subscriptions.readConfirmable(request.params.token);
      if (row === null) {
        reply.code(410);
        return notice(request, reply, 'dead', false);
      }
      return reply.page('privacy/newsletter/views/confirm.hbs', {
        title: request.t('newsletter.confirm.title'),
        email: row.email,
        path: `${PATH}/confirm/${request.params.token}`,
      });
    });

    app.post<ByToken>(`${PATH}/confirm/:token`, anyone, async (request, reply) => {
      const isDone = await subscriptions.confirm(request.params.token, request.language);
      if (!isDone) reply.code(410);
      return notice(request, reply, isDone ? 'confirmed' : 'dead', isDone);
    });

    app.get<ByToken>(`${PATH}/end/:token`, anyone, async (request, reply) => {
      const row = await subscriptions.readByEndLink(request.params.token);
      if (row === null || !isSubscribed(row)) return notice(request, reply, 'ended', true);
      return reply.page('privacy/newsletter/views/end.hbs', {
        title: request.t('newsletter.end.title'),
        email: row.email,
        path: `${PATH}/end/${request.params.token}`,
      });
    });

    await app.register(oneClick, { subscriptions });
  },
  { name: 'newsletter', dependencies: ['views', 'access', 'rate-limits', 'own-urls'] },
);

/**
 * Ends a subscription by a POST of the page or of a mailer (RFC 8058, section 3.2), which has no cookie, comes from
 * anywhere and may send `List-Unsubscribe=One-Click` as multipart. A link that is over is answered as one that is not:
 * whoever has it gets nothing more, and nobody learns from it who is subscribed. Not an `fp` plugin: such bodies are
 * for this route alone.
 */
async function oneClick(
  app: Parameters<typeof newsletterPages>[0],
  { subscriptions }: Pick<NewsletterPagesOptions, 'subscriptions'>,
): Promise<void> {
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, async () => null);
  app.post<ByToken>(
    `${PATH}/end/:token`,
    { config: { access: 'anyone', takesAnyForm: true } },
    async (request, reply) => {
      await subscriptions.endByLink(request.params.token);
      return reply.page('privacy/newsletter/views/notice.hbs', {
        title: request.t('newsletter.ended.title'),
        text: request.t('newsletter.ended.text'),
        isGood: true,
      });
    },
  );
}
