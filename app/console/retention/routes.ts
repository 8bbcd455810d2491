import fp from 'fastify-plugin';
import { AppError } from '../../kernel/errors.ts';
import { reachOf } from '../../kernel/permissions.ts';
import {
  findCertificate,
  listCertificates,
  verifyCertificates,
} from '../../privacy/retention/certificates.ts';
import { withDone } from '../flash.ts';
import { sendFormPage } from '../form-page.ts';
import { certificateView, type RetentionPagesOptions, retentionView } from './retention-view.ts';

const PATH = '/console/retention';
const PAGE_SIZE = 20;

/** What is kept for how long, what goes next, and the proof of what has gone. */
export const retentionPages = fp<RetentionPagesOptions>(
  async (app, options) => {
    const { database, retention, key } = options;
    const reading = { config: { access: 'retention.read' } } as const;
    const running = { config: { access: 'retention.run', needsConfirmation: true } } as const;

    app.get(PATH, reading, async (request, reply) =>
      reply.consolePage('console/retention/views/retention.hbs', {
        title: request.t('retention.title'),
        section: 'retention',
        ...(await retentionView(request, options)),
        mayRun: reachOf(request.signedIn.role, 'retention.run') !== null,
        mayHold: reachOf(request.signedIn.role, 'holds.read') !== null,
      }),
    );

    app.post(`${PATH}/count`, reading, async (_request, reply) => {
      await retention.count();
      return reply.redirect(withDone(PATH, 'retention_counted'), 303);
    });

    app.get(`${PATH}/run`, running, async (request, reply) => {
      const { t } = request;
      return sendFormPage(reply, {
        title: t('retention.runTitle'),
        section: 'retention',
        back: { href: PATH, text: t('retention.title') },
        words: [t('retention.runText')],
        fields: [],
        submit: t('retention.run'),
        isDangerous: true,
      });
    });

    app.post(`${PATH}/run`, running, async (request, reply) => {
      const { failed } = await retention.run(request.actor);
      return reply.redirect(withDone(PATH, failed.length === 0 ? 'retention_ran' : 'retention_failed'), 303);
    });

    app.get<{ Querystring: { before?: unknown } }>(
      `${PATH}/certificates`,
      reading,
      async (request, reply) => {
        const before = Number(request.query.before ?? Number.MAX_SAFE_INTEGER);
        if (!Number.isSafeInteger(before)) throw new AppError('not_found');
        const found = await listCertificates(database, { before, limit: PAGE_SIZE + 1 });
        const last = found[PAGE_SIZE - 1];
        const { certificates, faults } = await verifyCertificates(database, key);
        return reply.consolePage('console/retention/views/certificates.hbs', {
          title: request.t('retention.certificates'),
          section: 'retention',
          back: { href: PATH, text: request.t('retention.title') },
          count: certificates,
          faults: faults.map(({ kind, number }) => request.t(`retention.faults.${kind}`, { number })),
          isWhole: faults.length === 0,
          certificates: found.slice(0, PAGE_SIZE).map((each) => certificateView(request, each)),
          older: found.length > PAGE_SIZE && last ? `${PATH}/certificates?before=${last.number}` : null,
        });
      },
    );

    const read = async (id: string) => {
      const number = /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0;
      const certificate = await findCertificate(database, number);
      if (certificate === null) throw new AppError('not_found');
      return certificate;
    };

    app.get<{ Params: { number: string } }>(
      `${PATH}/certificates/:number`,
      reading,
      async (request, reply) => {
        const certificate = await read(request.params.number);
        return reply.consolePage('console/retention/views/certificate.hbs', {
          section: 'retention',
          back: { href: `${PATH}/certificates`, text: request.t('retention.certificates') },
          ...certificateView(request, certificate),
        });
      },
    );

    app.get<{ Params: { number: string } }>(
      `${PATH}/certificates/:number/json`,
      reading,
      async (request, reply) => {
        const certificate = await read(request.params.number);
        return reply
          .header('Cache-Control', 'no-store')
          .header('Content-Disposition', `attachment; filename="certificate-${certificate.number}.json"`)
          .type('application/json; charset=utf-8')
          .send(`${JSON.stringify(certificate, null, 2)}\n`);
      },
    );
  },
  { name: 'retention-pages', dependencies: ['console-frame'] },
);
