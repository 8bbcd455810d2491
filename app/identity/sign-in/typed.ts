import type { FastifyRequest } from 'fastify';

/** What a form posted: texts under the names of its fields, lists where a name came twice, or nothing. */
export function formOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  return Object(request.body);
}

/** A value that was typed, to be shown again. */
export function shownAgain(typed: unknown, longest: number): string {
  return typeof typed === 'string' ? typed.slice(0, longest) : '';
}
