import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type AreaRole, areaRoles } from '../../clinic/area.ts';
import type { ListedArea } from '../../clinic/area-store.ts';
import { membersOf } from '../../clinic/area-store.ts';
import { choiceField, readForm, textField, tickField } from '../../edge/form-fields.ts';
import { readAddress } from '../../identity/person-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { sendFormPage } from '../form-page.ts';
import type { TypedText } from './area-form.ts';
import { areaPath } from './areas-table.ts';
import { type AreaPagesOptions, areaOf, type InArea, recordView } from './asked-area.ts';

type OfMember = { Params: { id: string; personId: string } };

const writing = { config: { access: 'areas.write' } } as const;

/** The forms that say who works in a department, and as what. */
export const memberForms = fp<AreaPagesOptions>(
  async (app, { database, areas }) => {
    const askerOf = (request: FastifyRequest) => ({ person: request.signedIn, actor: request.actor });

    const send = (
      request: FastifyRequest,
      reply: FastifyReply,
      area: ListedArea,
      typed: TypedText,
      faults: Readonly<Record<string, string>>,
    ) => {
      const { t } = request;
      return sendFormPage(reply, {
        title: t('areas.addMember'),
        section: 'areas',
        back: { href: areaPath(area), text: area.name },
        fields: [
          textField({
            name: 'email',
            label: t('areas.memberEmail'),
            hint: t('areas.memberEmailHint'),
            value: typed.email ?? '',
            type: 'email',
            maxLength: 254,
            error: faults.email,
            isRequired: true,
          }),
          choiceField({
            name: 'role',
            label: t('areas.role'),
            hint: t('areas.roleHint'),
            value: typed.role ?? 'clinician',
            error: faults.role,
            options: areaRoles.map((value) => ({ value, label: t(`areas.roles.${value}`) })),
          }),
          tickField({
            name: 'gets_letters',
            label: t('areas.getsLetters'),
            hint: t('areas.getsLettersHint'),
            isTicked: typed.gets_letters === 'yes',
          }),
        ],
        submit: t('console.form.save'),
      });
    };

    app.get<InArea>('/console/areas/:id/members/new', writing, async (request, reply) => {
      const area = await areaOf(database, request, 'areas.write');
      const { person } = Object(request.query) as { readonly person?: unknown };
      const known = (await membersOf(database, [area.id])).find(({ personId }) => personId === person);
      if (known) await recordView(request, area);
      const typed: TypedText = known
        ? { email: known.email, role: known.role, gets_letters: known.getsLetters ? 'yes' : '' }
        : {};
      return send(request, reply, area, typed, {});
    });

    app.post<InArea>('/console/areas/:id/members/new', writing, async (request, reply) => {
      const { t } = request;
      const typed = readForm(request.body);
      const area = await areaOf(database, request, 'areas.write');
      const email = readAddress(typed.email);
      const role: AreaRole | undefined = areaRoles.find((each) => each === typed.role);
      if (email === null || role === undefined) {
        return send(request, reply, area, typed, {
          ...(email === null && { email: t('clinic.faults.person_unknown') }),
          ...(role === undefined && { role: t('clinic.faults.choice') }),
        });
      }
      const set = await areas.setMember(askerOf(request), area.id, {
        email,
        role,
        getsLetters: typed.gets_letters === 'yes',
      });
      if ('faults' in set)
        return send(request, reply, area, typed, {
          email: t(`clinic.faults.${set.faults.email ?? 'person_unknown'}`),
        });
      return reply.redirect(withDone(areaPath(area), 'area_member_set'), 303);
    });

    app.get<OfMember>('/console/areas/:id/members/:personId/remove', writing, async (request, reply) => {
      const { t } = request;
      const area = await areaOf(database, request, 'areas.write');
      const members = await membersOf(database, [area.id]);
      const member = members.find(({ personId }) => personId === request.params.personId);
      if (member === undefined) throw new AppError('not_found');
      await recordView(request, area);
      return sendFormPage(reply, {
        title: t('areas.removeTitle', { name: member.name }),
        section: 'areas',
        back: { href: areaPath(area), text: area.name },
        words: [t('areas.removeText')],
        fields: [],
        submit: t('areas.remove'),
        isDangerous: true,
      });
    });

    app.post<OfMember>('/console/areas/:id/members/:personId/remove', writing, async (request, reply) => {
      const { id, personId } = request.params;
      await areas.removeMember(askerOf(request), id, personId);
      return reply.redirect(withDone(areaPath({ id }), 'area_member_removed'), 303);
    });
  },
  { name: 'area-member-forms', dependencies: ['console-frame'] },
);
