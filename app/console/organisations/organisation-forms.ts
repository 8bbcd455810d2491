import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readForm, textField } from '../../edge/form-fields.ts';
import {
  ORGANISATION_NAME_LIMIT,
  type OrganisationFields,
  type Organisations,
} from '../../identity/organisations.ts';
import type { OrganisationRow } from '../../identity/organisations-store.ts';
import { sortName } from '../../kernel/search-words.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { dayOf, endOfDay, startOfDay } from '../day.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { askerOf } from '../people/person-forms.ts';

type ById = { Params: { id: string } };
type Typed = Readonly<Record<string, string>>;
type Faults = { readonly name?: string; readonly started?: string; readonly ends?: string };

/** The forms that make, change, end and delete an organisation. */
export const organisationForms = fp<{ readonly organisations: Organisations }>(
  async (app, { organisations }) => {
    const writing = { config: { access: 'organisations.write' } } as const;
    const ending = { config: { access: 'organisations.write', needsConfirmation: true } } as const;
    const read = (request: FastifyRequest<ById>) =>
      organisations.read(request.scope('organisations.write'), request.params.id);

    const sendNew = (request: FastifyRequest, reply: FastifyReply, typed: Typed, faults: Faults = {}) =>
      sendFormPage(reply, {
        title: request.t('organisations.new'),
        section: 'organisations',
        back: { href: '/console/organisations', text: request.t('organisations.title') },
        words: [request.t('organisations.newText')],
        fields: fields(request, typed, faults),
        submit: request.t('organisations.make'),
      });

    app.get('/console/organisations/new', writing, async (request, reply) =>
      sendNew(request, reply, { started: dayOf(Date.now()) }),
    );

    app.post('/console/organisations/new', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const checked = check(request, typed);
      if ('faults' in checked) return sendNew(request, reply, typed, checked.faults);
      let id = '';
      const fault = await faultOf(async () => {
        id = await organisations.make(askerOf(request), checked.fields);
      }, ['organisation_exists']);
      if (fault) return sendNew(request, reply, typed, { name: sentenceOf(request, fault) });
      return reply.redirect(withDone(pathOf({ id }), 'organisation_made'), 303);
    });

    const sendEdit = (
      request: FastifyRequest,
      reply: FastifyReply,
      organisation: OrganisationRow,
      typed: Typed,
      faults: Faults = {},
    ) =>
      sendFormPage(reply, {
        title: request.t('organisations.editTitle', { name: organisation.name }),
        section: 'organisations',
        back: backTo(organisation),
        fields: fields(request, typed, faults),
        submit: request.t('console.form.save'),
      });

    app.get<ById>('/console/organisations/:id/edit', writing, async (request, reply) => {
      const organisation = await read(request);
      const typed = { name: organisation.name, started: dayOf(organisation.started_at) };
      return sendEdit(request, reply, organisation, typed);
    });

    app.post<ById>('/console/organisations/:id/edit', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const organisation = await read(request);
      const checked = check(request, typed, organisation);
      if ('faults' in checked) return sendEdit(request, reply, organisation, typed, checked.faults);
      const fault = await faultOf(
        () => organisations.change(askerOf(request), organisation.id, checked.fields),
        ['organisation_exists'],
      );
      if (fault) {
        return sendEdit(request, reply, organisation, typed, { name: sentenceOf(request, fault) });
      }
      return reply.redirect(withDone(pathOf(organisation), 'organisation_changed'), 303);
    });

    const sendEnd = (
      request: FastifyRequest,
      reply: FastifyReply,
      organisation: OrganisationRow,
      typed: Typed,
      faults: Faults = {},
    ) =>
      reply.consolePage('console/organisations/views/end.hbs', {
        title: request.t('organisations.endTitle', { name: organisation.name }),
        section: 'organisations',
        back: backTo(organisation),
        isPlanned: organisation.ends_at !== null,
        field: textField({
          name: 'ends',
          label: request.t('organisations.lastDay'),
          hint: request.t('organisations.lastDayHint'),
          type: 'date',
          value: typed.ends ?? '',
          error: faults.ends,
        }),
      });

    app.get<ById>('/console/organisations/:id/end', ending, async (request, reply) => {
      const organisation = await read(request);
      const { ends_at } = organisation;
      return sendEnd(request, reply, organisation, { ends: ends_at === null ? '' : dayOf(ends_at - 1) });
    });

    app.post<ById>('/console/organisations/:id/end', ending, async (request, reply) => {
      const typed = readForm(request.body);
      const organisation = await read(request);
      const { when } = typed;
      if (when === 'now' || when === 'never') {
        await organisations.end(askerOf(request), organisation.id, when === 'now' ? 'now' : null);
      } else {
        const at = endOfDay(typed.ends ?? '');
        if (at === null || at <= organisation.started_at) {
          reply.code(400);
          const { t } = request;
          const ends = at === null ? t('organisations.wrong.day') : t('organisations.wrong.order');
          return sendEnd(request, reply, organisation, typed, { ends });
        }
        await organisations.end(askerOf(request), organisation.id, at);
      }
      const { status } = await read(request);
      const done = status === 'ended' ? 'organisation_ended' : 'organisation_changed';
      return reply.redirect(withDone(pathOf(organisation), done), 303);
    });

    app.post<ById>('/console/organisations/:id/reactivate', writing, async (request, reply) => {
      const { id } = request.params;
      await organisations.reactivate(askerOf(request), id);
      return reply.redirect(withDone(pathOf({ id }), 'organisation_reactivated'), 303);
    });

    const sendDelete = async (
      request: FastifyRequest<ById>,
      reply: FastifyReply,
      typed: string,
      error?: string,
    ) => {
      const { t } = request;
      const organisation = await read(request);
      return sendFormPage(reply, {
        title: t('organisations.deleteTitle', { name: organisation.name }),
        section: 'organisations',
        back: backTo(organisation),
        words: [
          t('organisations.deleteText', { people: organisation.people, rooms: organisation.rooms }),
          t('organisations.deleteInstead'),
        ],
        fields: [
          textField({
            name: 'name',
            label: t('organisations.typeName', { name: organisation.name }),
            value: typed,
            error,
            maxLength: ORGANISATION_NAME_LIMIT,
          }),
        ],
        submit: t('organisations.deleteSubmit'),
        isDangerous: true,
      });
    };

    app.get<ById>('/console/organisations/:id/delete', ending, async (request, reply) =>
      sendDelete(request, reply, ''),
    );

    app.post<ById>('/console/organisations/:id/delete', ending, async (request, reply) => {
      const typed = readForm(request.body).name ?? '';
      const organisation = await read(request);
      if (sortName(typed) !== organisation.sort_name) {
        return sendDelete(request, reply, typed, request.t('organisations.wrong.typedName'));
      }
      await organisations.delete(askerOf(request), organisation.id);
      return reply.redirect(withDone('/console/organisations', 'organisation_deleted'), 303);
    });
  },
  { name: 'organisation-forms', dependencies: ['console-frame'] },
);

const pathOf = ({ id }: { readonly id: string }) => `/console/organisations/${id}`;
const backTo = (organisation: OrganisationRow) => ({ href: pathOf(organisation), text: organisation.name });

function check(
  { t }: FastifyRequest,
  typed: Typed,
  before?: OrganisationRow,
): { readonly fields: OrganisationFields } | { readonly faults: Faults } {
  const name = readTypedName(typed.name, ORGANISATION_NAME_LIMIT);
  // An instant that was kept more exactly stays where its day was not changed.
  const isSame = before !== undefined && typed.started === dayOf(before.started_at);
  const startedAt = isSame ? before.started_at : startOfDay(typed.started ?? '');
  if (name !== null && sortName(name) !== '' && startedAt !== null) return { fields: { name, startedAt } };
  return {
    faults: {
      ...(name === null && { name: t('organisations.wrong.name') }),
      ...(startedAt === null && { started: t('organisations.wrong.day') }),
    },
  };
}

function fields({ t }: FastifyRequest, typed: Typed, faults: Faults) {
  return [
    textField({
      name: 'name',
      label: t('organisations.name'),
      value: typed.name ?? '',
      error: faults.name,
      maxLength: ORGANISATION_NAME_LIMIT,
      isRequired: true,
    }),
    textField({
      name: 'started',
      label: t('organisations.started'),
      type: 'date',
      value: typed.started ?? '',
      error: faults.started,
    }),
  ];
}
