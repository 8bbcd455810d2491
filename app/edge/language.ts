import cookie from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import Negotiator from 'negotiator';
import { DAY_MS, SECOND_MS } from '../kernel/clock.ts';
import { createTranslate, type TextFault, type Texts, type Translate } from '../kernel/i18n.ts';
import { type Language, languages } from '../kernel/languages.ts';

/** Keeps a choice of language. It follows from the reader's own click and says nothing else, so it needs no consent. */
const COOKIE = 'language';
const COOKIE_SECONDS = (365 * DAY_MS) / SECOND_MS;

export interface LanguageOptions {
  readonly texts: Readonly<Record<Language, Texts>>;
  /** What a reader sees where a text is wrong; throws by default. */
  readonly onTextFault?: (fault: TextFault, key: string) => string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Texts in each language, for what no request asked for: letters. */
    readonly translates: Readonly<Record<Language, Translate>>;
  }
  interface FastifyRequest {
    /** The language that the reader gets. */
    language: Language;
    /** The text at a key of `app/locales/*.json`, in that language. */
    t: Translate;
    /** All texts of that language. */
    texts: Texts;
  }
}

/** Chooses a request's language: `?lang=`, then the cookie, then Accept-Language, then the site's own. */
function chooseLanguage(request: FastifyRequest): Language {
  return (
    asLanguage(askedLanguage(request)) ??
    asLanguage(request.cookies[COOKIE]) ??
    acceptedLanguage(request) ??
    request.site.language
  );
}

/** Gives requests their language, and remembers one that was asked for. */
export const language = fp<LanguageOptions>(
  async (app, { texts, onTextFault }) => {
    const translates = Object.fromEntries(
      languages.map((each) => [each, createTranslate(each, texts[each], onTextFault)]),
    ) as Record<Language, Translate>;

    await app.register(cookie);
    app.decorate('translates', translates);
    app.decorateRequest('language', 'en');
    app.decorateRequest('t', translates.en);
    app.decorateRequest('texts', null as unknown as Texts);
    app.addHook('onRequest', async (request, reply) => {
      const chosen = chooseLanguage(request);
      request.language = chosen;
      request.t = translates[chosen];
      request.texts = texts[chosen];

      const asked = asLanguage(askedLanguage(request));
      if (asked !== undefined && asked !== request.cookies[COOKIE]) keepLanguage(reply, asked);
    });
  },
  { name: 'language', dependencies: ['sites'] },
);

/** Whether this browser's reader chose a language here. */
export function hasChosenLanguage(request: FastifyRequest): boolean {
  return asLanguage(askedLanguage(request) ?? request.cookies[COOKIE]) !== undefined;
}

/** Keeps a language for this browser, as if its reader had chosen it here. */
export function keepLanguage(reply: FastifyReply, language: Language): void {
  reply.setCookie(COOKIE, language, {
    path: '/',
    maxAge: COOKIE_SECONDS,
    sameSite: 'lax',
    secure: true,
    httpOnly: true,
  });
}

function askedLanguage(request: FastifyRequest): unknown {
  return (request.query as { readonly lang?: unknown } | undefined)?.lang;
}

function asLanguage(value: unknown): Language | undefined {
  return languages.find((each) => each === value);
}

function acceptedLanguage(request: FastifyRequest): Language | undefined {
  // Of languages that the reader likes equally well (`*`) the first one wins.
  const ours = [request.site.language, ...languages.filter((each) => each !== request.site.language)];
  return asLanguage(new Negotiator(request.raw).language(ours));
}
