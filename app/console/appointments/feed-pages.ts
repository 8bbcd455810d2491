import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { choiceField, readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import { type AppointmentConsoleOptions, appointmentsPath, using } from './asked-appointment.ts';

const path = `${appointmentsPath}/feeds`;

const subscriberOf = ({ signedIn, actor }: FastifyRequest) => ({ personId: signedIn.id, actor });

/** Secret addresses for calendars: one's own; and for those who run an area whether its calendars name patients. */
export const feedPages = fp<AppointmentConsoleOptions>(
  async (app, { clinic: { feeds } }) => {
    const send = async (request: FastifyRequest, reply: FastifyReply, fault: AppError | null = null) => {
      const { t, signedIn } = request;
      const areas = await feeds.areas(signedIn.id);
      const managed = await feeds.managed(signedIn.id);
      if (fault !== null) reply.code(fault.status);
      return reply.consolePage('console/appointments/views/feeds.hbs', {
        title: t('appointments.feeds.title'),
        section: 'appointments',
        back: appointmentsPath,
        path,
        fault: fault && sentenceOf(request, fault),
        feeds: (await feeds.of(signedIn.id)).map(({ id, areaName, url, createdAt }) => ({
          id,
          area: areaName,
          url,
          createdAt,
          field: `feed-${id}`,
        })),
        area:
          areas.length === 0
            ? null
            : choiceField({
                name: 'area',
                label: t('appointments.area'),
                options: areas.map(({ id, name }) => ({ value: id, label: name })),
              }),
        managed: managed.map(({ area: { id, name }, hasNames }) => ({
          id,
          name,
          hasNames,
          state: hasNames ? t('appointments.feeds.hasNames') : t('appointments.feeds.hasNoNames'),
          submit: hasNames ? t('appointments.feeds.withoutNames') : t('appointments.feeds.withNames'),
        })),
        hasManaged: managed.length > 0,
      });
    };

    app.get(path, using, async (request, reply) => send(request, reply));

    app.post(path, using, async (request, reply) => {
      const { area } = readForm(request.body);
      if (area === undefined) throw new AppError('invalid_input');
      const fault = await faultOf(() => feeds.make(subscriberOf(request), area), ['too_many_calendar_feeds']);
      return fault === null ? reply.redirect(withDone(path, 'feed_made'), 303) : send(request, reply, fault);
    });

    app.post<{ Params: { feedId: string } }>(`${path}/:feedId/revoke`, using, async (request, reply) => {
      await feeds.revoke(subscriberOf(request), request.params.feedId);
      return reply.redirect(withDone(path, 'feed_revoked'), 303);
    });

    app.post<{ Params: { areaId: string } }>(`${path}/names/:areaId`, using, async (request, reply) => {
      const { names } = readForm(request.body);
      await feeds.setNames(subscriberOf(request), request.params.areaId, names === 'yes');
      return reply.redirect(withDone(path, 'feed_names_changed'), 303);
    });
  },
  { name: 'feed-pages', dependencies: ['console-frame'] },
);
