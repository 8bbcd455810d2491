import fp from 'fastify-plugin';
import type { SingleVisits } from '../../audience/single-visits.ts';
import type { Database } from '../../database/open.ts';
import type { Register } from '../../inventory/register.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { dataArchive } from '../../privacy/my-data/archive.ts';
import { collectAll } from '../../privacy/my-data/collected.ts';
import { asksForData } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import type { PrivacyTerms } from '../../privacy/terms.ts';
import { tableView } from '../table.ts';
import { decisionPages } from './decisions.ts';
import { erasurePages } from './erasure-page.ts';
import { newRequestPage } from './new-request.ts';
import { type ById, deciding, PATH } from './request-path.ts';
import { requestView } from './request-view.ts';
import { requestsTable } from './requests-table.ts';
import { visitsPage } from './visits-page.ts';

export interface RequestPagesOptions {
  readonly database: Database;
  readonly requests: Requests;
  readonly register: Register;
  readonly terms: PrivacyTerms;
  readonly clock: Clock;
  /** Seals proofs. */
  readonly key: string;
  /** Null where no visits are counted. */
  readonly singleVisits: SingleVisits | null;
  /** Of the sites. */
  readonly hosts: readonly string[];
}

/** Requests by which people exercise their rights: the list, each of them, and what is done about it. */
export const requestPages = fp<RequestPagesOptions>(
  async (app, options) => {
    const { database, requests, register, terms, clock } = options;
    const table = requestsTable({ database, clock });
    const reading = { config: { access: 'requests.read' } } as const;

    app.get(PATH, reading, async (request, reply) => {
      await app.audit.record(request.actor, { action: 'requests.listed' });
      return reply.consolePage('console/requests/views/requests.hbs', {
        title: request.t('requests.title'),
        section: 'requests',
        mayWrite: reachOf(request.signedIn.role, 'requests.write') !== null,
        table: await tableView(request, table),
      });
    });

    newRequestPage(app, options);
    decisionPages(app, requests);
    erasurePages(app, requests);
    visitsPage(app, options);

    app.get<ById>(`${PATH}/:id`, reading, async (request, reply) => {
      const row = await requests.find(request.params.id);
      await app.audit.record(request.actor, {
        action: 'request.viewed',
        object: { kind: 'request', id: row.id },
        details: { number: row.number, open: row.state === 'open' },
      });
      return reply.consolePage('console/requests/views/request.hbs', {
        section: 'requests',
        ...(await requestView(request, options, row)),
      });
    });

    app.get<ById>(`${PATH}/:id/data`, deciding, async (request, reply) => {
      const row = await requests.find(request.params.id);
      const subject = row.state === 'open' && asksForData(row) ? await requests.subjectOf(row) : null;
      if (subject === null) throw new AppError('not_found');
      if (row.identity_checked_at === null) throw new AppError('identity_not_checked');
      const collected = await collectAll(database, register.categories, subject);
      await app.audit.record(request.actor, {
        action: 'request.exported',
        object: { kind: 'request', id: row.id },
        details: { number: row.number, categories: collected.map(({ category }) => category.name) },
      });
      // Whoever asked reads it, in the language of their request.
      const t = app.translates[row.language];
      const archive = dataArchive(
        { t, language: row.language, terms, at: clock(), siteName: request.site.name },
        collected,
      );
      return reply
        .header('Cache-Control', 'no-store')
        .header(
          'Content-Disposition',
          `attachment; filename="${t('myData.archive.fileName')}-${row.number}.zip"`,
        )
        .type('application/zip')
        .send(archive);
    });
  },
  { name: 'request-pages', dependencies: ['console-frame'] },
);
