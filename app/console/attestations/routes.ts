import fp from 'fastify-plugin';
import { isSealed } from '../../attestations/attestation.ts';
import { attestationPdf } from '../../attestations/document.ts';
import { findAttestation } from '../../attestations/store.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { tableView } from '../table.ts';
import { attestationsTable } from './attestations-table.ts';

export interface AttestationPagesOptions {
  readonly database: Database;
  /** Who answers for the data; empty where it is not said. */
  readonly controllerName: string;
  /** That attestations are sealed with. */
  readonly key: string;
  readonly clock: Clock;
}

const PATH = '/console/attestations';

/** Technical attestations of meetings: a list, and each as a document. */
export const attestationPages = fp<AttestationPagesOptions>(
  async (app, { database, controllerName, key, clock }) => {
    const config = { access: 'attestations.read' } as const;

    app.get(PATH, { config }, async (request, reply) => {
      const table = await tableView(request, attestationsTable(database));
      const scope = request.scope('attestations.read');
      if (scope.kind !== 'own') {
        await app.audit.record(request.actor, {
          action: 'attestations.listed',
          organisationId: scope.kind === 'organisation' ? scope.organisationId : null,
        });
      }
      return reply.consolePage('console/attestations/views/attestations.hbs', {
        title: request.t('attestations.title'),
        section: 'attestations',
        table,
      });
    });

    app.get<{ Params: { id: string } }>(`${PATH}/:id.pdf`, { config }, async (request, reply) => {
      const { t, language, site, params } = request;
      const attestation = await findAttestation(database, request.scope('attestations.read'), params.id);
      if (attestation === null) throw new AppError('not_found');
      if (!isSealed(attestation, attestation.seal, key)) throw new AppError('seal_broken');
      const document = await attestationPdf(attestation, {
        t,
        language,
        siteName: site.name,
        controllerName,
        issuedAt: clock(),
      });
      const { id, organisationId } = attestation;
      await app.audit.record(request.actor, {
        action: 'attestation.issued',
        organisationId,
        object: { kind: 'attestation', id },
      });
      return reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', `attachment; filename="attestation-${id}.pdf"`)
        .type('application/pdf')
        .send(document);
    });
  },
  { name: 'attestation-pages', dependencies: ['console-frame'] },
);
