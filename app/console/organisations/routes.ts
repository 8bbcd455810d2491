import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { COUNTED, type Organisations } from '../../identity/organisations.ts';
import type { People } from '../../identity/people.ts';
import { AppError } from '../../kernel/errors.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { sendCsv } from '../csv.ts';
import { importPath, newPersonPath, peopleTable } from '../people/people-table.ts';
import { signs, tableView } from '../table.ts';
import { organisationForms } from './organisation-forms.ts';
import { lastDay, organisationsTable, standing } from './organisations-table.ts';

export interface OrganisationPagesOptions {
  readonly organisations: Organisations;
  readonly people: People;
}

type ById = { Params: { id: string } };

/** Organisations: the list, and each one's page with its people. */
export const organisationPages = fp<OrganisationPagesOptions>(
  async (app, { organisations, people }) => {
    const table = organisationsTable(organisations);
    const idOf = (request: FastifyRequest) => (request.params as { readonly id: string }).id;
    const peopleOf = peopleTable({
      people,
      organisationOf: idOf,
      csvPath: (request) => `/console/organisations/${idOf(request)}/people.csv`,
      namesOrganisation: false,
    });

    app.get(
      '/console/organisations',
      { config: { access: 'organisations.read' } },
      async (request, reply) => {
        const scope = request.scope('organisations.read');
        // Of one there is no list.
        if (scope.kind === 'organisation') {
          return reply.redirect(`/console/organisations/${scope.organisationId}`, 303);
        }
        return reply.consolePage('console/organisations/views/organisations.hbs', {
          title: request.t('organisations.title'),
          section: 'organisations',
          table: await tableView(request, table),
          mayWrite: reachOf(request.signedIn.role, 'organisations.write') !== null,
        });
      },
    );

    app.get(
      '/console/organisations.csv',
      { config: { access: 'organisations.read', needsConfirmation: true } },
      async (request, reply) => sendCsv(request, reply, table, { action: 'organisations.exported' }),
    );

    app.get<ById>(
      '/console/organisations/:id',
      { config: { access: 'organisations.read' } },
      async (request, reply) => {
        const { role, organisationId } = request.signedIn;
        const organisation = await organisations.read(request.scope('organisations.read'), idOf(request));
        const seesPeople = reachOf(role, 'people.read') !== null;
        const list = seesPeople ? await tableView(request, peopleOf) : null;
        if (seesPeople) {
          await app.audit.record(request.actor, {
            action: 'people.listed',
            organisationId: organisation.id,
            object: { kind: 'organisation', id: organisation.id },
          });
        }
        const state = standing(organisation, request.t);
        const mayWrite = reachOf(role, 'organisations.write') !== null;
        return reply.consolePage('console/organisations/views/organisation.hbs', {
          title: organisation.name,
          section: 'organisations',
          organisation,
          standing: state,
          standingSign: signs[state.tone],
          lastDay: lastDay(organisation),
          counted: COUNTED,
          path: `/console/organisations/${organisation.id}`,
          table: list,
          mayList: request.scope('organisations.read').kind === 'all',
          mayWrite,
          mayDelete: mayWrite && organisation.id !== organisationId,
          mayAddPeople: reachOf(role, 'people.write') !== null,
          newPersonPath: newPersonPath(organisation.id),
          importPath: importPath(organisation.id),
        });
      },
    );

    app.get<ById>(
      '/console/organisations/:id/people.csv',
      { config: { access: 'people.read', needsConfirmation: true } },
      async (request, reply) => {
        const organisationId = idOf(request);
        const scope = request.scope('people.read');
        if (scope.kind === 'organisation' && scope.organisationId !== organisationId) {
          throw new AppError('not_found');
        }
        // One that does not exist has no list either.
        await organisations.read({ kind: 'all' }, organisationId);
        return sendCsv(request, reply, peopleOf, { action: 'people.exported', organisationId });
      },
    );

    await app.register(organisationForms, { organisations });
  },
  { name: 'organisation-pages', dependencies: ['console-frame'] },
);
