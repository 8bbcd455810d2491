import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Register } from '../../inventory/register.ts';
import { registerJson, registerRows } from '../../privacy/processing/files.ts';
import { processingRegister } from '../../privacy/processing/records.ts';
import { spreadsheet } from '../../privacy/spreadsheet.ts';
import type { PrivacySettings } from '../../privacy/terms.ts';

export interface ProcessingPagesOptions {
  readonly settings: PrivacySettings;
  readonly register: Register;
}

/** The register of processing (GDPR, Article 30): as a page, CSV and JSON. It says what is done, and names nobody. */
export const processingPages = fp<ProcessingPagesOptions>(
  async (app, { settings, register }) => {
    const config = { access: 'processing.read' } as const;
    const read = ({ t, language }: FastifyRequest) => processingRegister({ t, language, settings, register });

    app.get('/console/processing', { config }, async (request, reply) =>
      reply.consolePage('console/processing/views/processing.hbs', {
        title: request.t('processing.title'),
        section: 'processing',
        register: read(request),
      }),
    );

    app.get('/console/processing.csv', { config }, async (request, reply) =>
      reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', 'attachment; filename="processing.csv"')
        .type('text/csv; charset=utf-8')
        .send(spreadsheet(registerRows(request.t, read(request)), request.language)),
    );

    app.get('/console/processing.json', { config }, async (request, reply) =>
      reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', 'attachment; filename="processing.json"')
        .type('application/json; charset=utf-8')
        .send(registerJson(read(request), request.language)),
    );
  },
  { name: 'processing-pages', dependencies: ['console-frame'] },
);
