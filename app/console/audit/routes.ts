import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { auditActions } from '../../audit/actions.ts';
import { AuditEntries } from '../../audit/entries.ts';
import type { Verifier } from '../../audit/verifier.ts';
import type { Database } from '../../database/open.ts';
import { choiceField, type Field, textField } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { ID_PATTERN } from '../../kernel/ids.ts';
import { reachOf, type Scope } from '../../kernel/permissions.ts';
import { canonicalAddress } from '../../mail/address.ts';
import { dayOf } from '../day.ts';
import { type AskedEntries, filterOf, queryOf, readAskedEntries } from './asked-entries.ts';
import { viewEntries } from './entry-view.ts';
import { exportFormats, exportPieces, isExportFormat } from './export.ts';
import { personByAddress } from './store.ts';
import { verificationPages } from './verification-pages.ts';

export interface AuditPagesOptions {
  readonly database: Database;
  readonly verifier: Verifier;
}

const PAGE_SIZE = 50;
const PATH = '/console/audit';

/** The audit log: looking through it, exporting and verifying it. Each of these is itself an entry. */
export const auditPages = fp<AuditPagesOptions>(
  async (app, { database, verifier }) => {
    const entries = new AuditEntries(database);

    app.get(PATH, { config: { access: 'audit.read' } }, async (request, reply) => {
      const { t, signedIn, query } = request;
      const scope = request.scope('audit.read');
      const asked = readAskedEntries(query);
      const actorId = await actorOf(database, request, asked);
      const isNobody = actorId === undefined;
      const found = isNobody
        ? { entries: [], hasNewer: false, hasOlder: false }
        : await entries.page({ scope, filter: filterOf(asked, actorId) }, asked.position, PAGE_SIZE);
      const shown = await viewEntries(database, request, found.entries);
      await app.audit.record(request.actor, {
        action: 'audit.viewed',
        organisationId: organisationOf(scope),
        details: { filters: namesOf(asked) },
      });
      const [first, last] = [found.entries[0], found.entries.at(-1)];
      const exportQuery = queryOf(asked);
      return reply.consolePage('console/audit/views/audit.hbs', {
        title: t('audit.title'),
        section: 'audit',
        path: PATH,
        fields: fieldsOf(request, asked, isNobody),
        isNarrowed: namesOf(asked).length > 0,
        entries: shown,
        newest: found.hasNewer ? `${PATH}?${queryOf(asked)}` : null,
        newer: found.hasNewer && first ? `${PATH}?${queryOf(asked, { newer: first })}` : null,
        older: found.hasOlder && last ? `${PATH}?${queryOf(asked, { older: last })}` : null,
        exports:
          reachOf(signedIn.role, 'audit.export') === null
            ? []
            : Object.keys(exportFormats).map((format) => ({
                href: `${PATH}/export?${exportQuery}${exportQuery && '&'}format=${format}`,
                text: t(`audit.formats.${format}`),
              })),
        mayVerify: reachOf(signedIn.role, 'audit.verify') !== null,
      });
    });

    app.get(
      `${PATH}/export`,
      { config: { access: 'audit.export', needsConfirmation: true } },
      async (request, reply) => {
        const scope = request.scope('audit.export');
        const { format: name = 'jsonl' } = Object(request.query) as { readonly format?: unknown };
        if (!isExportFormat(name)) throw new AppError('not_found');
        const asked = readAskedEntries(request.query);
        const actorId = await actorOf(database, request, asked);
        if (actorId === undefined) throw new AppError('not_found');
        await app.audit.record(request.actor, {
          action: 'audit.exported',
          organisationId: organisationOf(scope),
          details: { format: name, filters: namesOf(asked) },
        });
        const format = exportFormats[name];
        const all = entries.all({ scope, filter: filterOf(asked, actorId) });
        const options = { host: request.site.host, delimiter: request.language === 'fr' ? ';' : ',' };
        return reply
          .header('Cache-Control', 'no-store')
          .header('Content-Disposition', `attachment; filename="audit-${dayOf(Date.now())}${format.ending}"`)
          .type(format.contentType)
          .send(Readable.from(exportPieces(all, format, options), { objectMode: false }));
      },
    );

    await app.register(verificationPages, { verifier });
  },
  { name: 'audit-pages', dependencies: ['console-frame'] },
);

const organisationOf = (scope: Scope): string | null =>
  scope.kind === 'organisation' ? scope.organisationId : null;

/** What was asked for, without what. */
function namesOf({ action, who, object, from, to }: AskedEntries): string[] {
  return Object.entries({ action, who, object, from, to }).flatMap(([name, value]) =>
    value === '' ? [] : [name],
  );
}

/** Whom an address or an id means; null if nobody was asked for, undefined if it is nobody within reach. */
async function actorOf(
  database: Database,
  request: FastifyRequest,
  { who }: AskedEntries,
): Promise<string | null | undefined> {
  if (who === '') return null;
  if (new RegExp(ID_PATTERN).test(who)) return who;
  return (await personByAddress(database, request.scope('people.read'), canonicalAddress(who))) ?? undefined;
}

function fieldsOf({ t, language }: FastifyRequest, asked: AskedEntries, isNobody: boolean): readonly Field[] {
  const actions = auditActions
    .map((value) => ({ value, label: t(`audit.actions.${value.replaceAll('.', '_')}`) }))
    .sort((one, other) => one.label.localeCompare(other.label, language));
  const error = isNobody ? t('audit.nobody') : undefined;
  return [
    choiceField({
      name: 'action',
      label: t('audit.columns.what'),
      value: asked.action,
      options: [{ value: '', label: t('table.all') }, ...actions],
    }),
    textField({ name: 'who', label: t('audit.byWhom'), value: asked.who, maxLength: 254, error }),
    textField({ name: 'object', label: t('audit.byObject'), value: asked.object, maxLength: 254 }),
    textField({ name: 'from', label: t('audit.from'), value: asked.from, type: 'date' }),
    textField({ name: 'to', label: t('audit.to'), value: asked.to, type: 'date' }),
  ];
}
