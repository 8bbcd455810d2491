import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../audit/audit-log.ts';
import type { Language } from '../../kernel/languages.ts';
import { deviceOf } from '../device.ts';
import { SESSION_COOKIE } from '../session-cookie.ts';
import { readAskingBrowser } from './asking-browser.ts';

/** What of a request concerns how somebody gets in. */
export interface Visit {
  /** `Firefox, Windows`; empty if its browser does not say. */
  readonly device: string;
  readonly siteName: string;
  readonly language: Language;
  readonly actor: Actor;
  /** Of the session that this browser has until now. */
  readonly sessionToken: string | null;
  /** What this browser was given when it asked for a letter. */
  readonly browserToken: string | null;
  /** The whole address of a page, for a letter. */
  readonly ownUrl: (path: string) => string;
}

export function visitOf(request: FastifyRequest): Visit {
  return {
    device: deviceOf(request.headers['user-agent']),
    siteName: request.site.name,
    language: request.language,
    actor: request.actor,
    sessionToken: request.cookies[SESSION_COOKIE] ?? null,
    browserToken: readAskingBrowser(request)?.token ?? null,
    ownUrl: (path) => request.ownUrl(path),
  };
}
