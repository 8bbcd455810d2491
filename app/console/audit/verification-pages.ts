import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readHead, writeHead } from '../../audit/verification.ts';
import { describeVerification } from '../../audit/verification-report.ts';
import type { Verifier } from '../../audit/verifier.ts';
import { textField } from '../../edge/form-fields.ts';

const PATH = '/console/audit/verification';

/** Verifies the whole log, and shows what was found last. */
export const verificationPages = fp<{ readonly verifier: Verifier }>(
  async (app, { verifier }) => {
    const show = (request: FastifyRequest, reply: FastifyReply, typed = '', error?: string) => {
      const { t } = request;
      const { last } = verifier;
      return reply.consolePage('console/audit/views/verification.hbs', {
        title: t('audit.verification.title'),
        section: 'audit',
        last: last && {
          at: last.at,
          note: last.since && writeHead(last.since),
          ...describeVerification(last.verification, t),
        },
        field: textField({
          name: 'note',
          label: t('audit.verification.typed'),
          hint: t('audit.verification.hint'),
          value: typed,
          error,
        }),
      });
    };

    app.get(PATH, { config: { access: 'audit.verify' } }, async (request, reply) => show(request, reply));

    app.post(PATH, { config: { access: 'audit.verify' } }, async (request, reply) => {
      const { note } = Object(request.body) as { readonly note?: unknown };
      const typed = typeof note === 'string' ? note.trim().slice(0, 200) : '';
      const since = typed === '' ? null : readHead(typed);
      if (typed !== '' && since === null) {
        reply.code(400);
        return show(request, reply, typed, request.t('audit.verification.noNote'));
      }
      const { verification } = await verifier.run(since);
      await app.audit.record(request.actor, {
        action: 'audit.verified',
        details: { whole: verification.faultCount === 0, rows: verification.rows },
      });
      return reply.redirect(PATH, 303);
    });
  },
  { name: 'verification-pages', dependencies: ['console-frame'] },
);
