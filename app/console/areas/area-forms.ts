import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type AreaFaults, readAreaChoices, readAreaSlug } from '../../clinic/area-fields.ts';
import type { ListedArea } from '../../clinic/area-store.ts';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { sendAreaForm, type TypedText, typedOf, typedOfNew } from './area-form.ts';
import { areaPath } from './areas-table.ts';
import { type AreaPagesOptions, areaOf, type InArea } from './asked-area.ts';

const writing = { config: { access: 'areas.write' } } as const;
const making = { config: { access: 'areas.make' } } as const;

/** The forms that make, change and delete a department's door. */
export const areaForms = fp<AreaPagesOptions>(
  async (app, { database, areas, timeZone }) => {
    const askerOf = (request: FastifyRequest) => ({ person: request.signedIn, actor: request.actor });

    const sendNew = (request: FastifyRequest, reply: FastifyReply, typed: TypedText, faults: AreaFaults) =>
      sendAreaForm(request, reply, {
        title: request.t('areas.new'),
        back: { href: '/console/areas', text: request.t('areas.title') },
        submit: request.t('areas.make'),
        typed,
        faults,
        fault: null,
        area: null,
      });

    app.get('/console/areas/new', making, async (request, reply) =>
      sendNew(request, reply, typedOfNew(timeZone), {}),
    );

    app.post('/console/areas/new', making, async (request, reply) => {
      const typed = readForm(request.body);
      const read = readAreaChoices(typed);
      const slug = readAreaSlug(typed.slug);
      if ('faults' in read || 'fault' in slug) {
        return sendNew(request, reply, typed, {
          ...('faults' in read && read.faults),
          ...('fault' in slug && { slug: slug.fault }),
        });
      }
      const made = await areas.make(askerOf(request), read.choices, slug.slug);
      if ('faults' in made) return sendNew(request, reply, typed, made.faults);
      return reply.redirect(withDone(areaPath(made.area), 'area_made'), 303);
    });

    const sendEdit = (
      request: FastifyRequest,
      reply: FastifyReply,
      area: ListedArea,
      {
        typed,
        faults = {},
        fault = null,
      }: { readonly typed: TypedText; readonly faults?: AreaFaults; readonly fault?: AppError | null },
    ) =>
      sendAreaForm(request, reply, {
        title: request.t('areas.editTitle', { name: area.name }),
        back: { href: areaPath(area), text: area.name },
        submit: request.t('console.form.save'),
        typed,
        faults,
        fault: fault && sentenceOf(request, fault),
        // As it was read when the form was made: what changed since then is not written over.
        area: { slug: area.slug, version: versionOf(typed) ?? area.version },
      });

    app.get<InArea>('/console/areas/:id/edit', writing, async (request, reply) => {
      const area = await areaOf(database, request, 'areas.write');
      return sendEdit(request, reply, area, { typed: typedOf(area) });
    });

    app.post<InArea>('/console/areas/:id/edit', writing, async (request, reply) => {
      const typed = readForm(request.body);
      const area = await areaOf(database, request, 'areas.write');
      const version = versionOf(typed);
      if (version === null) throw new AppError('invalid_input');
      const read = readAreaChoices(typed);
      if ('faults' in read) return sendEdit(request, reply, area, { typed, faults: read.faults });
      const fault = await faultOf(
        () => areas.change(askerOf(request), { id: area.id, version }, read.choices),
        ['changed_meanwhile'],
      );
      if (fault !== null) return sendEdit(request, reply, area, { typed, fault });
      return reply.redirect(withDone(areaPath(area), 'area_changed'), 303);
    });

    app.get<InArea>('/console/areas/:id/delete', writing, async (request, reply) => {
      const { t } = request;
      const area = await areaOf(database, request, 'areas.write');
      return sendFormPage(reply, {
        title: t('areas.deleteTitle', { name: area.name }),
        section: 'areas',
        back: { href: areaPath(area), text: area.name },
        words: [t('areas.deleteText')],
        fields: [],
        submit: t('areas.delete'),
        isDangerous: true,
      });
    });

    app.post<InArea>('/console/areas/:id/delete', writing, async (request, reply) => {
      await areas.remove(askerOf(request), request.params.id);
      return reply.redirect(withDone('/console/areas', 'area_deleted'), 303);
    });
  },
  { name: 'area-forms', dependencies: ['console-frame'] },
);

function versionOf({ version }: TypedText): number | null {
  return version !== undefined && /^\d{1,9}$/.test(version) ? Number(version) : null;
}
