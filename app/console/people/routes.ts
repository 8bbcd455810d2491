import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { signIns } from '../../identity/data-categories.ts';
import type { Organisations } from '../../identity/organisations.ts';
import type { People } from '../../identity/people.ts';
import type { ListedPerson } from '../../identity/people-store.ts';
import { sees } from '../../inventory/data-category.ts';
import { grantableRoles, reachOf } from '../../kernel/permissions.ts';
import { sendCsv } from '../csv.ts';
import { withDone } from '../flash.ts';
import { signs, tableView } from '../table.ts';
import { importPath, newPersonPath, peopleTable, standing } from './people-table.ts';
import { personForms } from './person-forms.ts';
import { recordView } from './person-view.ts';

export interface PeoplePagesOptions {
  readonly people: People;
  readonly organisations: Organisations;
}

type ById = { Params: { id: string } };

/** People: who has an account, one person's page, and what can be done to them. */
export const peoplePages = fp<PeoplePagesOptions>(
  async (app, { people, organisations }) => {
    const table = peopleTable({
      people,
      organisationOf: () => null,
      csvPath: () => '/console/people.csv',
      namesOrganisation: true,
    });

    app.get('/console/people', { config: { access: 'people.read' } }, async (request, reply) => {
      const view = await tableView(request, table);
      await app.audit.record(request.actor, { action: 'people.listed', organisationId: reached(request) });
      return reply.consolePage('console/people/views/people.hbs', {
        title: request.t('people.title'),
        section: 'people',
        table: view,
        mayWrite: reachOf(request.signedIn.role, 'people.write') !== null,
        newPath: newPersonPath(null),
        importPath: importPath(null),
      });
    });

    app.get(
      '/console/people.csv',
      { config: { access: 'people.read', needsConfirmation: true } },
      async (request, reply) =>
        sendCsv(request, reply, table, { action: 'people.exported', organisationId: reached(request) }),
    );

    app.get<ById>('/console/people/:id', { config: { access: 'people.read' } }, async (request, reply) => {
      const person = await people.read(request.scope('people.read'), request.params.id);
      await recordView(request, person);
      const { t } = request;
      const may = whatMayBeDone(request, person);
      const state = standing(person, t);
      return reply.consolePage('console/people/views/person.hbs', {
        title: person.name,
        section: 'people',
        shown: person,
        roleName: t(`roles.${person.role}`),
        languageName: t(`layout.languageNames.${person.language}`),
        standing: state,
        standingSign: signs[state.tone],
        seesSignIns: sees(request.signedIn.role, signIns) || person.id === request.signedIn.id,
        may,
        isOwn: person.id === request.signedIn.id,
        path: `/console/people/${person.id}`,
      });
    });

    const act = (name: 'block' | 'unblock', done: 'person_blocked' | 'person_unblocked') =>
      app.post<ById>(
        `/console/people/:id/${name}`,
        { config: { access: 'people.write' } },
        async (request, reply) => {
          const { id } = request.params;
          await people[name]({ person: request.signedIn, actor: request.actor }, id);
          return reply.redirect(withDone(`/console/people/${id}`, done), 303);
        },
      );
    act('block', 'person_blocked');
    act('unblock', 'person_unblocked');

    await app.register(personForms, { people, organisations });
  },
  { name: 'people-pages', dependencies: ['console-frame'] },
);

/** Whose log an entry belongs to, when somebody looked at many: their organisation's, if they see no other. */
function reached(request: FastifyRequest): string | null {
  const scope = request.scope('people.read');
  return scope.kind === 'organisation' ? scope.organisationId : null;
}

function whatMayBeDone(request: FastifyRequest, person: ListedPerson) {
  const { id, role } = request.signedIn;
  const isReached = reachOf(role, 'people.write') !== null && grantableRoles(role).includes(person.role);
  const isOther = person.id !== id;
  return {
    edit: isReached,
    changeRole: isReached && isOther && reachOf(role, 'roles.write') !== null,
    block: isReached && isOther && person.status === 'active',
    unblock: isReached && person.status === 'blocked',
    delete: isReached && isOther,
  };
}
