import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Field } from '../edge/form-fields.ts';
import { AppError, type ErrorCode } from '../kernel/errors.ts';
import type { SectionName } from './sections.ts';

/** A page with one form that posts to the page's own address. */
export interface FormPage {
  readonly title: string;
  readonly section: SectionName;
  /** Where it came from. */
  readonly back: { readonly href: string; readonly text: string };
  /** What it does, and what follows from it; one paragraph each. */
  readonly words?: readonly string[];
  readonly fields: readonly Field[];
  readonly submit: string;
  readonly isDangerous?: boolean;
  /** Files are posted. */
  readonly hasFile?: boolean;
  /** What is wrong with the whole. */
  readonly fault?: string | null;
}

/** Answers a form; with status 400 once something is wrong in it. */
export function sendFormPage(reply: FastifyReply, page: FormPage): Promise<FastifyReply> {
  const { words = [], isDangerous = false, hasFile = false, fault = null } = page;
  const isWrong = fault !== null || page.fields.some(({ error }) => error !== '');
  if (isWrong) reply.code(400);
  return reply.consolePage('console/views/form.hbs', {
    ...page,
    words,
    isDangerous,
    hasFile,
    fault: fault ?? (isWrong ? reply.request.t('console.form.wrong') : null),
  });
}

/** Sentence and remedy of a fault, as a form shows them. */
export function sentenceOf(request: FastifyRequest, { code, params }: AppError): string {
  return `${request.t(`errors.${code}.sentence`, params)} ${request.t(`errors.${code}.remedy`, params)}`;
}

/**
 * Does something; answers null when it is done, and the fault if it is one of those that a form can show.
 *
 * @throws every other.
 */
export async function faultOf(
  act: () => Promise<unknown>,
  shown: readonly ErrorCode[],
): Promise<AppError | null> {
  try {
    await act();
    return null;
  } catch (thrown) {
    if (thrown instanceof AppError && shown.includes(thrown.code)) return thrown;
    throw thrown;
  }
}
