import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { choiceField, type Field, readForm, textField } from '../../edge/form-fields.ts';
import type { Asker } from '../../identity/authority.ts';
import type { Organisations } from '../../identity/organisations.ts';
import type { People } from '../../identity/people.ts';
import type { ListedPerson } from '../../identity/people-store.ts';
import {
  ADDRESS_LIMIT,
  NAME_LIMIT,
  type PersonFieldName,
  readPersonFields,
} from '../../identity/person-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { languages } from '../../kernel/languages.ts';
import { grantableRoles, type Scope } from '../../kernel/permissions.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { organisationField } from './organisation-field.ts';
import { recordView } from './person-view.ts';

export interface PersonFormsOptions {
  readonly people: People;
  readonly organisations: Organisations;
}

type ById = { Params: { id: string } };
type Typed = Readonly<Record<string, string>>;

/** Faults that are told at the address. */
const addressFaults = ['person_exists', 'address_not_usable'] as const;

/** The forms that make and change a person. Roles are given by them, so that all ask for a fresh confirmation. */
export const personForms = fp<PersonFormsOptions>(
  async (app, { people, organisations }) => {
    const writing = { config: { access: 'people.write', needsConfirmation: true } } as const;
    const giving = { config: { access: 'roles.write', needsConfirmation: true } } as const;

    const sendNew = async (
      request: FastifyRequest,
      reply: FastifyReply,
      typed: Typed,
      faults: Faults = {},
    ) => {
      const { t } = request;
      const scope = request.scope('people.write');
      const organisation = await organisationField(request, organisations, scope, typed.organisation);
      return sendFormPage(reply, {
        title: t('people.new'),
        section: 'people',
        back: { href: '/console/people', text: t('people.title') },
        words: [t('people.newText')],
        fields: [
          ...commonFields(request, typed, faults),
          roleField(request, typed.role ?? 'member', faults.role),
          ...organisation,
        ],
        submit: t('people.make'),
      });
    };

    app.get<{ Querystring: { organisation?: unknown } }>(
      '/console/people/new',
      writing,
      async (request, reply) => {
        const { organisation } = request.query;
        return sendNew(request, reply, {
          language: request.site.language,
          ...(typeof organisation === 'string' && { organisation }),
        });
      },
    );

    app.post('/console/people/new', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const read = readPersonFields(typed, grantableRoles(request.signedIn.role));
      if ('wrong' in read) return sendNew(request, reply, typed, wrongFields(request, read.wrong));
      const organisationId = organisationOf(request.scope('people.write'), typed.organisation);
      let id = '';
      const fault = await faultOf(async () => {
        const welcome = { siteName: request.site.name, signInUrl: request.ownUrl('/sign-in') };
        id = await people.make(askerOf(request), { organisationId, fields: read.fields }, welcome);
      }, addressFaults);
      if (fault) return sendNew(request, reply, typed, { email: sentenceOf(request, fault) });
      return reply.redirect(withDone(`/console/people/${id}`, 'person_made'), 303);
    });

    const sendEdit = async (
      request: FastifyRequest,
      reply: FastifyReply,
      person: ListedPerson,
      typed: Typed,
      faults: Faults = {},
    ) => {
      await recordView(request, person);
      return sendFormPage(reply, {
        title: request.t('people.editTitle', { name: person.name }),
        section: 'people',
        back: backTo(person),
        words: [request.t('people.editText')],
        fields: commonFields(request, typed, faults),
        submit: request.t('console.form.save'),
      });
    };

    app.get<ById>('/console/people/:id/edit', writing, async (request, reply) => {
      const person = await readForWriting(people, request);
      const { name, email, language } = person;
      return sendEdit(request, reply, person, { name, email, language });
    });

    app.post<ById>('/console/people/:id/edit', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const person = await readForWriting(people, request);
      const read = readPersonFields({ ...typed, role: person.role }, [person.role]);
      if ('wrong' in read) return sendEdit(request, reply, person, typed, wrongFields(request, read.wrong));
      const { name, email, language } = read.fields;
      const fault = await faultOf(
        () => people.change(askerOf(request), person.id, { name, email, language }),
        addressFaults,
      );
      if (fault) return sendEdit(request, reply, person, typed, { email: sentenceOf(request, fault) });
      return reply.redirect(withDone(pathOf(person), 'person_changed'), 303);
    });

    const sendRole = async (
      request: FastifyRequest,
      reply: FastifyReply,
      person: ListedPerson,
      role: string,
      fault: string | null = null,
    ) => {
      await recordView(request, person);
      return sendFormPage(reply, {
        title: request.t('people.roleTitle', { name: person.name }),
        section: 'people',
        back: backTo(person),
        words: [request.t('people.roleText')],
        fields: [roleField(request, role, undefined)],
        submit: request.t('people.changeRole'),
        fault,
      });
    };

    app.get<ById>('/console/people/:id/role', giving, async (request, reply) => {
      const person = await readForWriting(people, request);
      return sendRole(request, reply, person, person.role);
    });

    app.post<ById>('/console/people/:id/role', giving, async (request, reply) => {
      const person = await readForWriting(people, request);
      const typed = readForm(request.body).role ?? '';
      const role = grantableRoles(request.signedIn.role).find((each) => each === typed);
      if (role === undefined) throw new AppError('invalid_input');
      const fault = await faultOf(
        () => people.changeRole(askerOf(request), person.id, role),
        ['own_account', 'last_owner'],
      );
      if (fault) return sendRole(request, reply, person, role, sentenceOf(request, fault));
      return reply.redirect(withDone(pathOf(person), 'role_changed'), 303);
    });

    app.get<ById>('/console/people/:id/delete', writing, async (request, reply) => {
      const { t } = request;
      const person = await readForWriting(people, request);
      await recordView(request, person);
      return sendFormPage(reply, {
        title: t('people.deleteTitle', { name: person.name }),
        section: 'people',
        back: backTo(person),
        words: [t('people.deleteText'), t('people.deleteRooms', { count: person.rooms })],
        fields: [],
        submit: t('people.delete.submit'),
        isDangerous: true,
      });
    });

    app.post<ById>('/console/people/:id/delete', writing, async (request, reply) => {
      await people.delete(askerOf(request), request.params.id);
      return reply.redirect(withDone('/console/people', 'person_deleted'), 303);
    });
  },
  { name: 'person-forms', dependencies: ['console-frame'] },
);

type Faults = Partial<Record<PersonFieldName, string>>;

export const askerOf = (request: FastifyRequest): Asker => ({
  person: request.signedIn,
  actor: request.actor,
});
const pathOf = ({ id }: { readonly id: string }) => `/console/people/${id}`;
const backTo = (person: ListedPerson) => ({ href: pathOf(person), text: person.name });

/** The person of a form's address, if the reader may write them. */
async function readForWriting(people: People, request: FastifyRequest<ById>) {
  const person = await people.read(request.scope('people.write'), request.params.id);
  if (!grantableRoles(request.signedIn.role).includes(person.role)) throw new AppError('not_found');
  return person;
}

/** Whose person is made: those who reach one organisation alone do not choose. */
export function organisationOf(scope: Scope, typed: string | undefined): string {
  return scope.kind === 'organisation' ? scope.organisationId : (typed ?? '');
}

function wrongFields({ t }: FastifyRequest, wrong: readonly PersonFieldName[]): Faults {
  return Object.fromEntries(wrong.map((name) => [name, t(`people.wrong.${name}`)]));
}

function commonFields({ t }: FastifyRequest, typed: Typed, faults: Faults): Field[] {
  return [
    textField({
      name: 'name',
      label: t('people.name'),
      value: typed.name ?? '',
      maxLength: NAME_LIMIT,
      error: faults.name,
      isRequired: true,
    }),
    textField({
      name: 'email',
      label: t('people.email'),
      hint: t('people.emailHint'),
      value: typed.email ?? '',
      type: 'email',
      maxLength: ADDRESS_LIMIT,
      error: faults.email,
      isRequired: true,
    }),
    choiceField({
      name: 'language',
      label: t('people.language'),
      hint: t('people.languageHint'),
      value: typed.language ?? '',
      options: languages.map((code) => ({ value: code, label: t(`layout.languageNames.${code}`) })),
      error: faults.language,
    }),
  ];
}

function roleField(request: FastifyRequest, value: string, error: string | undefined): Field {
  const { t } = request;
  return choiceField({
    name: 'role',
    label: t('people.role'),
    hint: t('people.roleHint'),
    value,
    error,
    options: grantableRoles(request.signedIn.role).map((role) => ({
      value: role,
      label: `${t(`roles.${role}`)} – ${t(`people.roleMeans.${role}`)}`,
    })),
  });
}
